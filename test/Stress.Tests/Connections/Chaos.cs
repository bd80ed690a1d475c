namespace Aeronet.AspNetCore.Stress.Tests.Connections;

/// <summary>What may be done to a connection from any thread at any time.</summary>
[Flags]
public enum Chaos
{
    CancelRead = 1,
    CancelFlush = 2,
    Close = 4,
    Abort = 8,
    Dispose = 16,
    Cancels = CancelRead | CancelFlush,
}
