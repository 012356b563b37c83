{{/*
The sidecar for the pod template of any Deployment. Another chart depends on this one with `deployment.create:
false` and includes, in its own Deployment and Service:

    initContainers: {{- include "spms-cache.containers" (index .Subcharts "spms-cache") | nindent 8 }}
    volumes: {{- include "spms-cache.volumes" (index .Subcharts "spms-cache") | nindent 8 }}
    targetPort: {{ include "spms-cache.port" (index .Subcharts "spms-cache") }}

The first gives the native sidecar containers: the cache and, in mode `pod`, its Redis before it, so that the
cache is told to stop first. All values of this chart apply, both roll-backs among them.
*/}}
{{- define "spms-cache.containers" -}}
{{- if not .Values.sidecar.enabled -}}
[]
{{- else -}}
{{- if eq .Values.redis.mode "pod" -}}
- name: redis
  restartPolicy: Always
  {{- include "spms-cache.redis" . | nindent 2 }}
  # Seen from this pod only, so that the kubelet has to ask from within.
  livenessProbe:
    exec:
      command: [redis-cli, ping]
    periodSeconds: 10
    timeoutSeconds: 5
{{ end -}}
- name: cache
  image: {{ .Values.sidecar.image | quote }}
  {{- with .Values.sidecar.pullPolicy }}
  imagePullPolicy: {{ . }}
  {{- end }}
  restartPolicy: Always
  ports:
    - name: api
      containerPort: {{ .Values.sidecar.ports.proxy }}
    - name: ops
      containerPort: {{ .Values.sidecar.ports.ops }}
  env:
    {{- include "spms-cache.environment" . | nindent 4 }}
  # The backend starts once this one succeeds; readiness would be too late, since warming asks the backend.
  startupProbe:
    httpGet:
      path: /live
      port: {{ .Values.sidecar.ports.ops }}
    periodSeconds: 1
    failureThreshold: 60
  livenessProbe:
    httpGet:
      path: /live
      port: {{ .Values.sidecar.ports.ops }}
    periodSeconds: 10
    timeoutSeconds: 5
    # One that hangs finishes nothing, however long it is given.
    terminationGracePeriodSeconds: 30
  readinessProbe:
    httpGet:
      path: /ready
      port: {{ .Values.sidecar.ports.ops }}
    periodSeconds: 2
    timeoutSeconds: 2
    failureThreshold: 2
  # Kubernetes tells a native sidecar to stop only when the backend has ended. This one has to know first: it
  # fails its readiness, takes requests for SHUTDOWN_DELAY_MS and lets them finish while there is a backend.
  lifecycle:
    preStop:
      exec:
        command: [node, -e, "process.kill(1, 'SIGTERM')"]
  resources:
    {{- toYaml .Values.sidecar.resources | nindent 4 }}
  securityContext:
    {{- include "spms-cache.securityContext" . | nindent 4 }}
    # Here too, because the Deployment of another chart may not say it of its pods.
    seccompProfile:
      type: RuntimeDefault
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
  {{- with include "spms-cache.ownMounts" . | trim }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}

{{/* Empty when there are none. */}}
{{- define "spms-cache.ownMounts" -}}
{{- if .Values.resourceTable }}
- name: resource-table
  mountPath: /etc/spms-cache
  readOnly: true
{{- end }}
{{- with include "spms-cache.redisCaFile" . }}
- name: redis-ca
  mountPath: {{ dir . }}
  readOnly: true
{{- end }}
{{- with include "spms-cache.redisPasswordFile" . }}
- name: redis-password
  mountPath: {{ dir . }}
  readOnly: true
{{- end }}
{{- with include "spms-cache.outboxCaFile" . }}
- name: outbox-ca
  mountPath: {{ dir . }}
  readOnly: true
{{- end }}
{{- with include "spms-cache.outboxPasswordFile" . }}
- name: outbox-password
  mountPath: {{ dir . }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "spms-cache.volumes" -}}
{{- include "spms-cache.ownVolumes" . | trim | default "[]" -}}
{{- end }}

{{/* Empty when there are none. */}}
{{- define "spms-cache.ownVolumes" -}}
{{- if .Values.sidecar.enabled -}}
{{- if .Values.resourceTable }}
- name: resource-table
  configMap:
    name: {{ include "spms-cache.name" . }}-resource-table
    items:
      - key: resources.yaml
        path: {{ include "spms-cache.resourceFile" . }}
{{- end }}
{{- with include "spms-cache.redisCaFile" . }}
{{- $ca := $.Values.redis.external.ca }}
- name: redis-ca
  {{- if $ca.configMap }}
  configMap:
    name: {{ $ca.configMap }}
  {{- else }}
  secret:
    secretName: {{ $ca.secret }}
  {{- end }}
    items:
      - key: {{ $ca.key }}
        path: {{ base . }}
{{- end }}
{{- with include "spms-cache.redisPasswordFile" . }}
- name: redis-password
  secret:
    secretName: {{ $.Values.redis.auth.existingSecret }}
    items:
      - key: {{ $.Values.redis.auth.passwordKey }}
        path: {{ base . }}
{{- end }}
{{- with include "spms-cache.outboxCaFile" . }}
{{- $ca := $.Values.outbox.ca }}
- name: outbox-ca
  {{- if $ca.configMap }}
  configMap:
    name: {{ $ca.configMap }}
  {{- else }}
  secret:
    secretName: {{ $ca.secret }}
  {{- end }}
    items:
      - key: {{ $ca.key }}
        path: {{ base . }}
{{- end }}
{{- with include "spms-cache.outboxPasswordFile" . }}
- name: outbox-password
  secret:
    secretName: {{ $.Values.outbox.existingSecret }}
    items:
      - key: {{ $.Values.outbox.passwordKey }}
        path: {{ base . }}
{{- end }}
{{- end -}}
{{- end }}

{{/* Another table is another file, so that every pod is replaced, in other charts as well. */}}
{{- define "spms-cache.resourceFile" -}}
{{- printf "resources-%s.yaml" (.Values.resourceTable | sha256sum | trunc 8) -}}
{{- end }}
