namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>Stands for the guard of a connection that may make every request.</summary>
internal sealed class NoHostGuard : IHostGuard
{
    private NoHostGuard()
    {
    }

    internal static NoHostGuard Instance { get; } = new();

    public bool MayServe(string authority) => true;
}
