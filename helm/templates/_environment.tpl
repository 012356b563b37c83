{{/* The settings of the sidecar. */}}
{{- define "spms-cache.environment" -}}
- name: ORIGIN_URL
  value: {{ .originUrl | default (printf "http://127.0.0.1:%d" (int .Values.backend.port)) | quote }}
- name: CACHE_ENABLED
  value: {{ .Values.cache.enabled | quote }}
- name: PROXY_PORT
  value: {{ .Values.sidecar.ports.proxy | quote }}
- name: CONTROL_HOST
  value: 127.0.0.1
- name: CONTROL_PORT
  value: {{ .Values.sidecar.ports.control | quote }}
- name: OPS_PORT
  value: {{ .Values.sidecar.ports.ops | quote }}
- name: LOG_LEVEL
  value: {{ .Values.sidecar.logLevel }}
- name: SHUTDOWN_DELAY_MS
  value: {{ mul .Values.shutdown.delaySeconds 1000 | quote }}
- name: SHUTDOWN_TIMEOUT_MS
  value: {{ sub (sub .Values.shutdown.gracePeriodSeconds .Values.shutdown.delaySeconds) 5 | max 1 | mul 1000 | quote }}
- name: WARM_TIMEOUT_MS
  value: {{ mul .Values.warm.timeoutSeconds 1000 | quote }}
{{- with .Values.warm.identitySecret }}
- name: WARM_IDENTITY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $.Values.warm.identityKey }}
{{- end }}
{{- with include "spms-cache.tokenSecret" . }}
- name: CONTROL_TOKEN
  valueFrom:
    secretKeyRef:
      {{- . | nindent 6 }}
{{- end }}
{{- if .Values.resourceTable }}
- name: RESOURCES_FILE
  value: /etc/spms-cache/{{ include "spms-cache.resourceFile" . }}
{{- end }}
{{- $settings := merge dict .Values.sidecar.settings .Values.sidecar.settingsFrom }}
{{- with .Values.telemetry }}
{{- if or .endpoint (hasKey $settings "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") (hasKey $settings "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT") }}
{{- with .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
{{- end }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .sampleRatio | quote }}
{{- with .attributes }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ . | quote }}
{{- end }}
{{- if .headersSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef:
      name: {{ .headersSecret }}
      key: {{ .headersKey }}
{{- end }}
{{- end }}
{{- end }}
{{ include "spms-cache.redisEnvironment" . }}
{{- if .Values.outbox.existingSecret }}
- name: OUTBOX_URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.outbox.existingSecret }}
      key: {{ .Values.outbox.urlKey }}
{{- with include "spms-cache.outboxPasswordFile" . }}
- name: OUTBOX_PASSWORD_FILE
  value: {{ . }}
{{- end }}
{{- with include "spms-cache.outboxCaFile" . }}
- name: OUTBOX_CA_FILE
  value: {{ . }}
{{- end }}
{{- end }}
{{- range $name, $source := .Values.sidecar.settingsFrom }}
- name: {{ $name }}
  valueFrom:
    {{- toYaml $source | nindent 4 }}
{{- end }}
{{- range $name, $value := .Values.sidecar.settings }}
- name: {{ $name }}
  value: {{ kindIs "float64" $value | ternary (int64 $value) $value | quote }}
{{- end }}
{{- end }}

{{- define "spms-cache.redisEnvironment" -}}
- name: REDIS_URL
  {{- if eq .Values.redis.mode "external" }}
  value: {{ .Values.redis.external.url | quote }}
  {{- else if eq .Values.redis.mode "shared" }}
  value: redis://{{ include "spms-cache.name" . }}-redis:6379/1
  {{- else }}
  value: redis://127.0.0.1:6379/1
  {{- end }}
- name: KEY_PREFIX
  value: {{ include "spms-cache.keyPrefix" . | quote }}
{{- if ne .Values.redis.mode "pod" }}
{{- with .Values.redis.auth.username }}
- name: REDIS_USERNAME
  value: {{ . | quote }}
{{- end }}
{{- if eq .Values.redis.auth.method "entra" }}
- name: REDIS_AUTH
  value: entra
{{- else if include "spms-cache.redisPasswordFile" . }}
- name: REDIS_PASSWORD_FILE
  value: {{ include "spms-cache.redisPasswordFile" . }}
{{- else if .Values.redis.auth.existingSecret }}
- name: REDIS_PASSWORD
  {{- include "spms-cache.redisPassword" . | nindent 2 }}
{{- end }}
{{- end }}
{{- with include "spms-cache.redisCaFile" . }}
- name: REDIS_CA_FILE
  value: {{ . }}
{{- end }}
{{- end }}

{{/* Where the sidecar finds the certificate of Redis' authority; empty without one. */}}
{{- define "spms-cache.redisCaFile" -}}
{{- with .Values.redis.external.ca }}{{ if or .configMap .secret }}/etc/spms-cache-redis/ca.crt{{ end }}{{ end -}}
{{- end }}

{{/* Where the sidecar finds the password of Redis; empty where it is a variable, or none. */}}
{{- define "spms-cache.redisPasswordFile" -}}
{{- if and .Values.redis.auth.asFile .Values.redis.auth.existingSecret -}}/etc/spms-cache-redis-password/password{{- end -}}
{{- end }}

{{/* Where the sidecar finds the certificate of PostgreSQL's authority; empty without one. */}}
{{- define "spms-cache.outboxCaFile" -}}
{{- with .Values.outbox.ca }}{{ if or .configMap .secret }}/etc/spms-cache-outbox-ca/ca.crt{{ end }}{{ end -}}
{{- end }}

{{/* Where the sidecar finds the password of PostgreSQL; empty where it is in the address. */}}
{{- define "spms-cache.outboxPasswordFile" -}}
{{- if and .Values.outbox.existingSecret .Values.outbox.passwordKey -}}/etc/spms-cache-outbox-password/password{{- end -}}
{{- end }}

{{- define "spms-cache.redisPassword" -}}
valueFrom:
  secretKeyRef:
    name: {{ .Values.redis.auth.existingSecret }}
    key: {{ .Values.redis.auth.passwordKey }}
{{- end }}

{{/* Secret and key of the token; empty without one. */}}
{{- define "spms-cache.tokenSecret" -}}
{{- if .Values.control.existingSecret -}}
name: {{ .Values.control.existingSecret }}
key: {{ .Values.control.existingSecretKey }}
{{- else if .Values.control.token -}}
name: {{ include "spms-cache.name" . }}-control
key: token
{{- end -}}
{{- end }}
