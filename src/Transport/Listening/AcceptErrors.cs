using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Listening;

/// <summary>Sorts accept4's errors.</summary>
internal static class AcceptErrors
{
    internal static AcceptResult Judge(int errno) => errno switch
    {
        Errno.EAGAIN => AcceptResult.Empty,
        Errno.EMFILE or Errno.ENFILE or Errno.ENOBUFS or Errno.ENOMEM => AcceptResult.OutOfResources,

        // accept(2): Linux passes the pending network errors of the new connection, to be treated like EAGAIN by trying
        // again. EPERM comes from firewall rules.
        Errno.EINTR or Errno.ECONNABORTED or Errno.EPROTO or Errno.EPERM or Errno.ENETDOWN or Errno.ENOPROTOOPT
            or Errno.EHOSTDOWN or Errno.ENONET or Errno.EHOSTUNREACH or Errno.EOPNOTSUPP or Errno.ENETUNREACH => AcceptResult.Next,
        _ => AcceptResult.Failed,
    };
}
