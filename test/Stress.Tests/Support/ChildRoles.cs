using Aeronet.AspNetCore.Stress.Tests.Connections;
using Aeronet.AspNetCore.Stress.Tests.Faults;
using Aeronet.AspNetCore.Stress.Tests.Health;
using Aeronet.AspNetCore.Stress.Tests.Rolling;
using Aeronet.AspNetCore.Stress.Tests.Shutdown;

namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>The parts that this program plays as a child of itself.</summary>
internal static class ChildRoles
{
    internal const string IdleClients = "idle-clients";
    internal const string SmallServer = "small-server";
    internal const string RestartServer = "restart-server";
    internal const string BlockedServer = "blocked-server";
    internal const string BalancedServer = "balanced-server";
    internal const string FaultServer = "fault-server";

    internal static Task<int> RunAsync(string role, string[] arguments) => role switch
    {
        IdleClients => IdleClientsRole.RunAsync(arguments),
        RestartServer => RestartServerRole.RunAsync(arguments),
        SmallServer => SmallServerRole.RunAsync(arguments),
        BlockedServer => BlockedServerRole.RunAsync(arguments),
        BalancedServer => BalancedServerRole.RunAsync(arguments),
        FaultServer => FaultServerRole.RunAsync(arguments),
        _ => throw new ArgumentException($"There is no role '{role}'.", nameof(role)),
    };
}
