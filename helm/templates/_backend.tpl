{{- define "spms-cache.backend" -}}
image: {{ .Values.backend.image | quote }}
{{- with .Values.backend.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
ports:
  - name: {{ ternary "backend" "api" .Values.sidecar.enabled }}
    containerPort: {{ .Values.backend.port }}
{{- with include "spms-cache.backendEnvironment" . }}
env:
  {{- . | trim | nindent 2 }}
{{- end }}
{{- with .Values.backend.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
startupProbe:
  {{- include "spms-cache.backendHealth" . | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
readinessProbe:
  {{- include "spms-cache.backendHealth" . | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
# Not the health page: a database that is down is no reason to restart the backend.
livenessProbe:
  tcpSocket:
    port: {{ .Values.backend.port }}
  periodSeconds: 10
  timeoutSeconds: 5
lifecycle:
  preStop:
    sleep:
      seconds: {{ include "spms-cache.backendDelay" . }}
resources:
  {{- toYaml .Values.backend.resources | nindent 2 }}
securityContext:
  {{- include "spms-cache.securityContext" . | nindent 2 }}
  runAsNonRoot: true
  {{- with .Values.backend.runAsUser }}
  runAsUser: {{ int64 . }}
  {{- end }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- with .Values.backend.volumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "spms-cache.backendHealth" -}}
httpGet:
  path: {{ .Values.backend.healthPath }}
  port: {{ .Values.backend.port }}
  httpHeaders:
    - name: Host
      value: {{ .Values.backend.host }}
{{- end }}

{{- define "spms-cache.backendEnvironment" -}}
{{- if .Values.sidecar.enabled }}
- name: SPMS_CACHE_CONTROL
  value: 127.0.0.1:{{ .Values.sidecar.ports.control }}
{{- with include "spms-cache.tokenSecret" . }}
- name: CONTROL_TOKEN
  valueFrom:
    secretKeyRef:
      {{- . | nindent 6 }}
{{- end }}
{{- end }}
{{- if not (or (kindIs "invalid" .Values.backend.forwardedAllowIps) (hasKey .Values.backend.env "FORWARDED_ALLOW_IPS")) }}
- name: FORWARDED_ALLOW_IPS
  value: {{ .Values.backend.forwardedAllowIps | quote }}
{{- end }}
{{- range $name, $value := .Values.backend.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
