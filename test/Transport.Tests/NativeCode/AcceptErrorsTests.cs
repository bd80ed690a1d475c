using Aeronet.AspNetCore.Transport.Listening;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

/// <summary>accept(2), section ERRORS: none of them may end accepting.</summary>
public sealed class AcceptErrorsTests
{
    [Theory]
    [InlineData(Errno.EAGAIN, nameof(AcceptResult.Empty))]
    [InlineData(Errno.EINTR, nameof(AcceptResult.Next))]
    [InlineData(Errno.ECONNABORTED, nameof(AcceptResult.Next))]
    [InlineData(Errno.EPROTO, nameof(AcceptResult.Next))]
    [InlineData(Errno.EPERM, nameof(AcceptResult.Next))]
    [InlineData(Errno.ENETDOWN, nameof(AcceptResult.Next))]
    [InlineData(Errno.ENOPROTOOPT, nameof(AcceptResult.Next))]
    [InlineData(Errno.EHOSTDOWN, nameof(AcceptResult.Next))]
    [InlineData(Errno.ENONET, nameof(AcceptResult.Next))]
    [InlineData(Errno.EHOSTUNREACH, nameof(AcceptResult.Next))]
    [InlineData(Errno.EOPNOTSUPP, nameof(AcceptResult.Next))]
    [InlineData(Errno.ENETUNREACH, nameof(AcceptResult.Next))]
    [InlineData(Errno.EMFILE, nameof(AcceptResult.OutOfResources))]
    [InlineData(Errno.ENFILE, nameof(AcceptResult.OutOfResources))]
    [InlineData(Errno.ENOBUFS, nameof(AcceptResult.OutOfResources))]
    [InlineData(Errno.ENOMEM, nameof(AcceptResult.OutOfResources))]
    [InlineData(Errno.EBADF, nameof(AcceptResult.Failed))]
    [InlineData(Errno.EINVAL, nameof(AcceptResult.Failed))]
    [InlineData(88, nameof(AcceptResult.Failed))]
    public void Judge_Errno(int errno, string expected) => Assert.Equal(Enum.Parse<AcceptResult>(expected), AcceptErrors.Judge(errno));
}
