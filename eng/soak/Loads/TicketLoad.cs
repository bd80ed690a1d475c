namespace Soak.Loads;

/// <summary>A ticket key that is rotated, as an operator's job does.</summary>
internal sealed class TicketLoad(Site site, TimeSpan rest) : ILoad
{
    public string Name => "ticket rotations";

    public int Clients => 1;

    public TimeSpan Rest => rest;

    public Task RunAsync(CancellationToken cancellation)
    {
        site.RotateTicketKey();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => default;
}
