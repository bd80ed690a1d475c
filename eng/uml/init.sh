#!/bin/bash
# Process 1 of the user-mode kernel that eng/ktls.sh boots: sets up what .NET and kernel TLS need, runs the job, powers off.
# JOB, a folder, comes from the kernel's command line; it holds the script 'run' and gets 'output' and 'code'.

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

prepare() {
  mount -t proc proc /proc && mount -t sysfs sysfs /sys && mkdir -p /dev/shm && mount -t tmpfs tmpfs /dev/shm || return

  # Neither kmod nor iproute2 need be installed; perl-base always is where apt-get is.
  perl - "/usr/lib/uml/modules/$(uname -r)" <<'PERL'
use strict;
use Socket;

# What each needs first (depmod(8)): kernels differ in that, and in where they keep it.
my (%needs, %loaded);
open(my $list, '<', "$ARGV[0]/modules.dep") or die "modules.dep: $!\n";
while (<$list>) {
  $needs{$1} = [split ' ', $2] if /^(\S+):\s*(.*)/;
}

sub load {
  my ($module) = @_;
  return if $loaded{$module}++;
  load($_) for @{$needs{$module} or die "$module: not in modules.dep\n"};
  open(my $file, '<', "$ARGV[0]/$module") or die "$module: $!\n";
  my $parameters = '';
  syscall(313, fileno($file), $parameters, 0) == 0 or die "$module: $!\n"; # finit_module(2) of x86-64
}

# A cipher that the kernel looks for by name must be there already: nobody loads it on demand.
load("kernel/$_.ko") for qw(
  crypto/ghash-generic crypto/ctr crypto/seqiv crypto/gcm crypto/ccm crypto/chacha_generic crypto/poly1305_generic crypto/chacha20poly1305
  net/tls/tls);

# Brings the loopback interface up (netdevice(7)): SIOCSIFFLAGS with IFF_UP | IFF_RUNNING.
socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
my $up = pack('a16 s x22', 'lo', 0x41);
ioctl($socket, 0x8914, $up) or die "lo: $!\n";
PERL
}

if prepare &>"$JOB/output"; then
  bash "$JOB/run" &>>"$JOB/output"
  echo $? >"$JOB/code"
fi
sync
echo o >/proc/sysrq-trigger
sleep 60
