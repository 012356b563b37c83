{{/* The release's name, with the chart's unless it has that already. */}}
{{- define "spms-cache.name" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "spms-cache.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The pods that have the sidecar. */}}
{{- define "spms-cache.selectorLabels" -}}
{{- if .Values.deployment.create -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: backend
{{- else -}}
{{- toYaml .Values.deployment.selectorLabels -}}
{{- end -}}
{{- end }}

{{- define "spms-cache.testLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
{{- end }}

{{- define "spms-cache.redisLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: redis
{{- end }}

{{/* Where a Service sends requests: the proxy door, or without a sidecar the backend. */}}
{{- define "spms-cache.port" -}}
{{- ternary .Values.sidecar.ports.proxy .Values.backend.port .Values.sidecar.enabled | int -}}
{{- end }}

{{/* What goes to the backend; all else is the frontend's. */}}
{{- define "spms-cache.paths" -}}
[/api, /admin, /files, /static]
{{- end }}

{{- define "spms-cache.isCluster" -}}
{{- if and (eq .Values.redis.mode "external") (regexMatch "^rediss?\\+cluster:" .Values.redis.external.url) -}}true{{- end -}}
{{- end }}

{{/* The sidecar's own default, see src/config/key-prefix.ts: with braces for a Redis that shards by slot, or may. */}}
{{- define "spms-cache.keyPrefix" -}}
{{- $sharded := "(?i)^rediss?\\+cluster:|^rediss?://(?:[^@/]*@)?[^@/:?]+\\.(?:redis\\.azure\\.net|redis\\.cache\\.windows\\.net|redisenterprise\\.cache\\.azure\\.net)(?::[0-9]+)?(?:[/?]|$)" -}}
{{- $isSharded := and (eq .Values.redis.mode "external") (regexMatch $sharded .Values.redis.external.url) -}}
{{- .Values.redis.keyPrefix | default (ternary "{spms}:" "spms:" $isSharded) -}}
{{- end }}

{{/* Seconds from the pod's end to the backend's: the sidecar has closed its doors by then. */}}
{{- define "spms-cache.backendDelay" -}}
{{- add .Values.shutdown.delaySeconds .Values.shutdown.drainSeconds -}}
{{- end }}

{{/* For pods. With the container's below it is what Kubernetes calls a restricted pod. */}}
{{- define "spms-cache.podSecurityContext" -}}
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "spms-cache.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* `true` where the pod logs in to Redis by its workload identity. */}}
{{- define "spms-cache.isEntra" -}}
{{- if and .Values.sidecar.enabled (eq .Values.redis.auth.method "entra") -}}true{{- end -}}
{{- end }}

{{/* The ServiceAccount of the workload identity; empty without one. */}}
{{- define "spms-cache.serviceAccount" -}}
{{- if include "spms-cache.isEntra" . -}}
{{- .Values.redis.auth.entra.serviceAccount | default (include "spms-cache.name" .) -}}
{{- end -}}
{{- end }}
