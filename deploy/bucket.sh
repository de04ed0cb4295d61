#!/bin/sh
# Gives the product its own key for the object store, so that the store's master key stays with this script.
set -eu
mc alias set store http://minio:9000 "$MINIO_ROOT_USER" "$MINIO_ROOT_PASSWORD" >/dev/null
mc mb --ignore-existing "store/$SEEDBED_S3_BUCKET"
mc admin user add store "$SEEDBED_S3_KEY" "$SEEDBED_S3_SECRET"
case "$(mc admin user info store "$SEEDBED_S3_KEY")" in
  *readwrite*) ;; # a policy that is already attached is an error to mc
  *) mc admin policy attach store readwrite --user "$SEEDBED_S3_KEY" ;;
esac
