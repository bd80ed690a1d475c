using System.Globalization;

namespace Aeronet.AspNetCore.Transport.Native.Faults;

/// <summary>
/// Which faults are injected, and how often. What is drawn for a connection depends on the seed and on how many were accepted before it;
/// the order of threads and of what clients send stays the machine's.
/// </summary>
/// <param name="seed">What is drawn from.</param>
/// <param name="rate">The part of the calls that have a fault.</param>
/// <param name="kinds">The faults.</param>
internal sealed class FaultPolicy(ulong seed, double rate, FaultKinds kinds)
{
    /// <summary>The environment variable that has a process inject faults, such as <c>seed=1,rate=0.1,kinds=lossless</c>.</summary>
    internal const string Variable = "AERONET_FAULTS";

    /// <summary>With more hardly a call gets through.</summary>
    internal const double HighestRate = 0.9;

    private const double DefaultRate = 0.1;

    private static readonly Lazy<FaultPolicy?> s_environment = new(ReadEnvironment);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<FaultKinds, long> _injected = [];
    private long _connections;

    /// <summary>What is in force for connections that are accepted, and for waits. Null when no faults are injected.</summary>
    internal static FaultPolicy? Current { get; set; }

    internal double Rate => rate;

    internal FaultKinds Kinds => kinds;

    /// <summary>For the calls that accept.</summary>
    internal FaultStream Accepts => field ??= new FaultStream(this, seed ^ 1);

    /// <summary>For the calls of the loops.</summary>
    internal FaultStream Waits => field ??= new FaultStream(this, seed ^ 2);

    /// <summary>Whether any was injected, and how many of each kind.</summary>
    internal string Injected
    {
        get
        {
            lock (_gate)
            {
                return _injected.Count == 0 ? "none" : string.Join(", ", _injected.Select(kind => $"{kind.Value} {NameOf(kind.Key)}"));
            }
        }
    }

    /// <summary>What the environment asks for is in force from the first transport on, and said on standard error.</summary>
    /// <exception cref="InvalidOperationException">It asks for what there is not.</exception>
    internal static void UseEnvironment()
    {
        if (!s_environment.IsValueCreated && s_environment.Value is { } policy)
        {
            Current = policy;
            Console.Error.WriteLine($"{Variable}='{policy}'");
            AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.Error.WriteLine($"{Variable} injected {policy.Injected}");
        }
    }

    /// <exception cref="InvalidOperationException">One line that names the key, the value and the remedy.</exception>
    internal static FaultPolicy Parse(string text)
    {
        var seed = (ulong)Random.Shared.NextInt64();
        var rate = DefaultRate;
        var kinds = FaultKinds.Lossless;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.Split('=', 2) is [var before, var after] ? (before, after) : (part, "");
            switch (key)
            {
                case "seed":
                    seed = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : throw Bad("seed", value, "give a number of 0 or more");
                    break;
                case "rate":
                    rate = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var calls) && calls is > 0 and <= HighestRate
                        ? calls
                        : throw Bad("rate", value, $"give a part of the calls above 0, at most {HighestRate.ToString(CultureInfo.InvariantCulture)}");
                    break;
                case "kinds":
                    kinds = value.Split('+').Select(KindOf).Aggregate((all, next) => all | next);
                    break;
                default:
                    throw new InvalidOperationException($"{Variable} has no '{key}': give seed=NUMBER, rate=PART and kinds=NAME+NAME, separated by commas.");
            }
        }

        return new FaultPolicy(seed, rate, kinds);
    }

    /// <summary>What <see cref="Parse"/> makes the same of.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"seed={seed},rate={rate},kinds={string.Join('+', Enum.GetValues<FaultKinds>().Where(kind => IsOne(kind) && (kinds & kind) != 0).Select(NameOf))}");

    /// <summary>The faults of the next connection.</summary>
    internal SocketFaults NextConnection(int fd) => new(this, fd, FaultStream.Mix(seed + (ulong)Interlocked.Increment(ref _connections)));

    internal void Count(FaultKinds kind)
    {
        lock (_gate)
        {
            _injected[kind] = _injected.GetValueOrDefault(kind) + 1;
        }
    }

    private static FaultPolicy? ReadEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? Parse(text) : null;

    private static FaultKinds KindOf(string name) =>
        Enum.GetValues<FaultKinds>().FirstOrDefault(kind => NameOf(kind) == name) is not FaultKinds.None and var kind
            ? kind
            : throw Bad("kinds", name, $"give names of {string.Join(", ", Enum.GetValues<FaultKinds>().Where(kind => kind != FaultKinds.None).Select(NameOf))}, joined by +");

    private static string NameOf(FaultKinds kind) => kind.ToString().ToLowerInvariant();

    private static bool IsOne(FaultKinds kind) => int.IsPow2((int)kind);

    private static InvalidOperationException Bad(string key, string value, string remedy) => new($"{Variable}: {key} is '{value}': {remedy}.");
}
