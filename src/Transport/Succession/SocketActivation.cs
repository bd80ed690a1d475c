using System.Globalization;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Succession;

/// <summary>The descriptors that the service manager started this process with (sd_listen_fds(3)).</summary>
internal static class SocketActivation
{
    private const string Process = "LISTEN_PID";
    private const string Count = "LISTEN_FDS";
    private const string Names = "LISTEN_FDNAMES";
    private const int First = 3;

    // Nobody passes as many; what a mistaken variable says is not a reason to look at a million descriptors.
    private const int Most = 1024;

    private static readonly Lazy<IReadOnlyList<ActivatedSocket>> s_ofThisProcess = new(Read);

    /// <summary>In their order; empty when the process was started otherwise.</summary>
    internal static IReadOnlyList<ActivatedSocket> OfThisProcess => s_ofThisProcess.Value;

    /// <summary>
    /// Takes the variables out of what programs inherit that the application starts. When the endpoints are bound: until then whoever configures them reads
    /// the variables, Kestrel's <c>UseSystemd</c> among them.
    /// </summary>
    internal static void Forget()
    {
        _ = OfThisProcess;
        foreach (var name in (ReadOnlySpan<string>)[Process, Count, Names])
        {
            if (Environment.GetEnvironmentVariable(name) is not null)
            {
                Environment.SetEnvironmentVariable(name, null);
            }
        }
    }

    private static IReadOnlyList<ActivatedSocket> Read()
    {
        var sockets = Parse(Environment.ProcessId, Environment.GetEnvironmentVariable);
        foreach (var socket in sockets)
        {
            DescriptorCalls.CloseOnExec(socket.Descriptor);
        }

        return sockets;
    }

    /// <summary>What the variables say to the process of that id. Names that are not as many as the descriptors are none of theirs.</summary>
    internal static IReadOnlyList<ActivatedSocket> Parse(int process, Func<string, string?> variable)
    {
        if (NumberIn(Process) != process || NumberIn(Count) is not (> 0 and <= Most and var count))
        {
            return [];
        }

        var names = variable(Names)?.Split(':') ?? [];
        return [.. Enumerable.Range(0, count).Select(i => new ActivatedSocket(First + i, names.Length == count ? names[i] : "unknown"))];

        int? NumberIn(string name) => int.TryParse(variable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }
}
