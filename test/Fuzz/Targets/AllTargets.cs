namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>Every reader of bytes from outside.</summary>
internal static class AllTargets
{
    private static readonly IFuzzTarget[] s_all =
    [
        new RangeTarget(),
        new ConditionalTarget(),
        new ClientHelloTarget(),
        new ServerNameTarget(),
        new ProxyHeaderTarget(),
        new CorsOriginTarget(),
        new ForwardedTarget(),
        new ParserDiagnosticsTarget(),
        new HostTarget(),
        new AccessLogTarget(),
        new PemTarget(),
        new TicketKeyTarget(),
        new OcspTarget(),
        new CrlTarget(),
        new DirectoryNameTarget(),
        new DirectoryListTarget(),
        new LiquidTarget(),
        new ReadmeTarget(),
        new ConfigurationTarget(),
        new SuccessionTarget(),
        new HealthTarget(),
    ];

    internal static IEnumerable<string> Names => s_all.Select(target => target.Name);

    internal static IFuzzTarget Named(string name) =>
        Array.Find(s_all, target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}': use one of {string.Join(", ", Names)}.", nameof(name));
}
