using System.Buffers.Binary;
using System.Text;
using Aeronet.AspNetCore.Fuzz.Measuring;
using Aeronet.AspNetCore.Transport.Tls.Hosts;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// SNI and the names of hosts. A name is printable ASCII of a name's length, and written again reads as itself; it finds the same host in
/// whatever case and with the root's dot, as a search through all names does; what is normalized stays as it is.
/// </summary>
internal sealed class ServerNameTarget : IFuzzTarget
{
    private static readonly string[] s_configured = ["example.com", "a.example.com", "*.example.com", "*.b.example.com", "*.com", "xn--bcher-kva.example", "localhost"];

    public string Name => "server-name";

    public IEnumerable<byte[]> Seeds =>
    [
        [.. Extension("a.example.com"u8), .. "\nbücher.example"u8],
        [.. Extension("x.y.b.example.com."u8), .. "\n*.Example.org."u8],
        [.. Extension("localhost"u8), .. "\nnot a name"u8],
        "\0\u0005\0\0\u0003a.b"u8.ToArray(),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        // The last line is a configured name: what is before may hold any byte.
        var end = input.LastIndexOf((byte)'\n');
        var extension = end < 0 ? input : input[..end];
        CheckConfigured(Encoding.UTF8.GetString(input[(end + 1)..]));

        var meter = Meter.Start();
        var name = ServerNameExtension.Parse(extension, out var isTooLong);
        meter.StopLinear(nameof(ServerNameExtension), extension.Length);
        Must.Hold(!isTooLong || name.Length == 0);
        if (name.Length == 0)
            return;

        Must.Hold(name.Length <= HostNames.MaxLength + 1);
        Must.Hold(!name.AsSpan().ContainsAnyExceptInRange('!', '~'), "a name is printable ASCII without spaces");
        Must.Equal(name, ServerNameExtension.Parse(Extension(Encoding.ASCII.GetBytes(name)), out _));
        CheckFound(name, deep: false);
        CheckFound(name, deep: true);
    }

    private static void CheckConfigured(string text)
    {
        if (HostNames.TryNormalize(text) is not { } name)
            return;

        Must.Equal(name, HostNames.TryNormalize(name), "a normalized name");
        Must.BePrintable(name);
        var table = new HostTable<string>(deepWildcards: false);
        table.Add(name, name);
        var asked = name.StartsWith("*.", StringComparison.Ordinal) ? $"x{name[1..]}" : name;
        if (asked.Length <= HostNames.MaxLength)
            Must.Equal(name, table.Find(asked), "the host of its own name");
    }

    private static void CheckFound(string name, bool deep)
    {
        var table = new HostTable<string>(deep);
        foreach (var each in s_configured)
            table.Add(each, each);

        var meter = Meter.Start();
        var found = table.Find(name);
        meter.StopLinear("a look-up", name.Length, bytes: 0);
        Must.Equal(found, table.Find(name.ToUpperInvariant()), "the host in capitals");
        Must.Equal(found, table.Find(name.ToLowerInvariant()), "the host in small letters");
        if (!name.EndsWith('.') && name.Length < HostNames.MaxLength)
            Must.Equal(found, table.Find(name + "."), "the host with the root's dot");

        var plain = name.Length > 1 && name.EndsWith('.') ? name[..^1] : name;
        var expected = s_configured.Where(each => Covers(each, plain, deep)).MaxBy(each => each.StartsWith('*') ? each.Length : int.MaxValue);
        Must.Equal(expected, found);
    }

    private static bool Covers(string configured, string name, bool deep)
    {
        if (!configured.StartsWith('*'))
            return configured.Equals(name, StringComparison.OrdinalIgnoreCase);

        var rest = configured[1..];
        return name.Length > rest.Length && name[0] != '.' && name.EndsWith(rest, StringComparison.OrdinalIgnoreCase) && (deep || !name[..^rest.Length].Contains('.'))
            && name.Length <= HostNames.MaxLength;
    }

    private static byte[] Extension(ReadOnlySpan<byte> name)
    {
        var extension = new byte[5 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(extension, (ushort)(3 + name.Length));
        BinaryPrimitives.WriteUInt16BigEndian(extension.AsSpan(3), (ushort)name.Length);
        name.CopyTo(extension.AsSpan(5));
        return extension;
    }
}
