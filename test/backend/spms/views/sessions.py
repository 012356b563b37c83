from django.contrib.auth import authenticate, login, logout
from rest_framework.exceptions import ParseError
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView


class LogIn(APIView):
    permission_classes = [AllowAny]

    def post(self, request):
        username = request.data.get("username")
        password = request.data.get("password")
        if not username or not password:
            raise ParseError("Username and password are required")
        user = authenticate(username=username, password=password)
        if user is None:
            # With 200, as the API has always answered.
            return Response({"error": "Incorrect password"})
        login(request, user)
        return Response({"ok": "Welcome"})


class LogOut(APIView):
    def post(self, request):
        logout(request)
        return Response({"ok": "True"})


class ChangePassword(APIView):
    def put(self, request):
        if not request.user.check_password(request.data.get("old_password")):
            return Response({"error": "Incorrect password"}, status=400)
        request.user.set_password(request.data["new_password"])
        request.user.save()
        return Response({"ok": "Password changed successfully"})
