# A machine inside of this one: process 1 of namespaces of its own, over a tree of files that it does not
# change. Args: TREE WORK, where WORK is an empty folder with `script`, and `files` that it finds in /root.
# What the script says goes to WORK/out and WORK/err, how it ended to WORK/end.
set -e
tree=$1 work=$2
mount --make-rprivate /

# A group of processes of its own, of which this one is the first.
mkdir "$work/groups"
mount -t cgroup2 cgroup2 "$work/groups"
mkdir "$work/groups/$(basename "$work")"
echo 0 >"$work/groups/$(basename "$work")/cgroup.procs"
umount "$work/groups"

mkdir "$work/layer" "$work/said"
mount -t tmpfs -o mode=755 tmpfs "$work/layer"
mkdir "$work/layer/upper" "$work/layer/over" "$work/layer/root"
layers=lowerdir=$tree,upperdir=$work/layer/upper,workdir=$work/layer/over
mount -t overlay -o "$layers" overlay "$work/layer/root"
cd "$work/layer/root"

mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
	touch "dev/$device"
	mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm said
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount --bind "$work/said" said
cp -R "$work/files/." root/
cp "$work/script" script
: >etc/machine-id
rm -f etc/resolv.conf etc/hostname
hostname machine
echo 127.0.0.1 localhost machine >etc/hosts
ip link set lo up

# It ends when the script has.
cat >etc/systemd/system/script.service <<'END'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
TimeoutStartSec=5min
WorkingDirectory=/root
Environment=HOME=/root
ExecStart=/bin/sh -e -x /script
ExecStopPost=/bin/sh -c 'echo "$SERVICE_RESULT $EXIT_STATUS" >/said/end; systemctl --no-block exit'
StandardOutput=file:/said/out
StandardError=file:/said/err
[Install]
WantedBy=default.target
END
ln -s ../script.service etc/systemd/system/multi-user.target.wants/

exec unshare --cgroup sh -e -c '
mount -t cgroup2 cgroup2 sys/fs/cgroup
pivot_root . mnt
exec chroot . sh -e -c "
umount -l /mnt
exec env -i container=atlas PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	/lib/systemd/systemd --show-status=false --log-target=journal"
'
