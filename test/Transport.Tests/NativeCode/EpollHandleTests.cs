using Aeronet.AspNetCore.Transport.Native;
using Aeronet.AspNetCore.Transport.Tests.Support;

namespace Aeronet.AspNetCore.Transport.Tests.NativeCode;

public sealed class EpollHandleTests
{
    [Fact]
    public void Add_AfterDisposal_TouchesNobodyElsesSet()
    {
        using var pair = new SocketPair();
        var others = new List<EpollHandle>();
        try
        {
            for (var attempt = 0; attempt < 100; attempt++)
            {
                var ended = EpollHandle.TryCreate(out _)!;
                var number = ended.DangerousGetHandle();
                ended.Dispose();
                others.Add(EpollHandle.TryCreate(out _)!);
                Assert.Equal(Errno.EBADF, ended.Add(pair.Descriptor, EpollEvents.In, token: 1));
                if (others[^1].DangerousGetHandle() == number)
                {
                    // Its number is somebody else's now, who does not know the socket.
                    Assert.Equal(0, others[^1].Add(pair.Descriptor, EpollEvents.In, token: 1));
                    return;
                }
            }

            Assert.Fail("The kernel gave no number a second time.");
        }
        finally
        {
            others.ForEach(other => other.Dispose());
        }
    }
}
