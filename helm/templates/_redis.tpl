{{/* The Redis of the modes `pod` and `shared`: a cache in memory, which writes nothing to disk. */}}
{{- define "spms-cache.redis" -}}
image: {{ .Values.redis.image | quote }}
{{- with .Values.redis.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
args:
  - --maxmemory
  - {{ printf "%dmb" (int .Values.redis.maxMemoryMb) | quote }}
  - --maxmemory-policy
  - volatile-lru
  - --save
  - ''
  - --appendonly
  - 'no'
  {{- if eq .Values.redis.mode "pod" }}
  - --bind
  - 127.0.0.1
  {{- else }}
  - --requirepass
  - $(REDIS_PASSWORD)
  {{- end }}
resources:
  requests:
    cpu: {{ .Values.redis.cpu }}
    memory: {{ include "spms-cache.redisMemory" . }}
  limits:
    memory: {{ include "spms-cache.redisMemory" . }}
securityContext:
  {{- include "spms-cache.securityContext" . | nindent 2 }}
  runAsNonRoot: true
  runAsUser: 999
  runAsGroup: 999
{{- end }}

{{- define "spms-cache.redisMemory" -}}
{{- div (mul .Values.redis.maxMemoryMb 3) 2 -}}Mi
{{- end }}
