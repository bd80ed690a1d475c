using System.Globalization;

namespace BenchServer;

/// <summary>The command line of the bench server.</summary>
internal sealed class BenchArguments
{
    public const string Usage =
        "BenchServer --transport sockets|aeronet --http PORT [--https PORT --cert PEM --key PEM] [--files DIR] [--inline] [--loops N] [--access-log FILE] "
        + "[--dashboard] [--parser-diagnostics]";

    public bool Aeronet { get; private set; }

    public int? HttpPort { get; private set; }

    public int? HttpsPort { get; private set; }

    public string? CertificatePath { get; private set; }

    public string? KeyPath { get; private set; }

    public string? FilesRoot { get; private set; }

    public bool Inline { get; private set; }

    /// <summary>Event loops of the Aeronet transport; null leaves its default.</summary>
    public int? Loops { get; private set; }

    public string? AccessLogPath { get; private set; }

    public bool Dashboard { get; private set; }

    public bool ParserDiagnostics { get; private set; }

    /// <exception cref="ArgumentException">The command line is wrong; the message is for the person who typed it.</exception>
    public static BenchArguments Parse(string[] args)
    {
        var parsed = new BenchArguments();
        string? transport = null;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--transport": transport = Value(args, ref i); break;
                case "--http": parsed.HttpPort = Port(args, ref i); break;
                case "--https": parsed.HttpsPort = Port(args, ref i); break;
                case "--cert": parsed.CertificatePath = ExistingFile(args, ref i); break;
                case "--key": parsed.KeyPath = ExistingFile(args, ref i); break;
                case "--files": parsed.FilesRoot = ExistingDirectory(args, ref i); break;
                case "--access-log": parsed.AccessLogPath = Value(args, ref i); break;
                case "--dashboard": parsed.Dashboard = true; break;
                case "--parser-diagnostics": parsed.ParserDiagnostics = true; break;
                case "--loops": parsed.Loops = Count(args, ref i); break;
                case "--inline": parsed.Inline = true; break;
                default: throw new ArgumentException($"unknown argument '{args[i]}'");
            }
        }

        parsed.Aeronet = transport switch
        {
            "aeronet" => true,
            "sockets" => false,
            null => throw new ArgumentException("--transport is missing"),
            _ => throw new ArgumentException($"--transport is '{transport}'; it must be sockets or aeronet"),
        };
        if (parsed.HttpPort is null && parsed.HttpsPort is null)
        {
            throw new ArgumentException("--http or --https is missing");
        }

        if (parsed.HttpsPort is not null && (parsed.CertificatePath is null || parsed.KeyPath is null))
        {
            throw new ArgumentException("--https needs --cert and --key");
        }

        return parsed;
    }

    private static string Value(string[] args, ref int i) =>
        i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{args[i]} needs a value");

    private static int Port(string[] args, ref int i)
    {
        var name = args[i];
        var value = Value(args, ref i);
        return ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port != 0
            ? port
            : throw new ArgumentException($"{name} is '{value}'; it must be a port from 1 to 65535");
    }

    private static int Count(string[] args, ref int i)
    {
        var name = args[i];
        var value = Value(args, ref i);
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= 1024
            ? count
            : throw new ArgumentException($"{name} is '{value}'; it must be a number from 1 to 1024");
    }

    private static string ExistingFile(string[] args, ref int i)
    {
        var name = args[i];
        var value = Value(args, ref i);
        return File.Exists(value) ? Path.GetFullPath(value) : throw new ArgumentException($"{name}: there is no file '{value}'");
    }

    private static string ExistingDirectory(string[] args, ref int i)
    {
        var name = args[i];
        var value = Value(args, ref i);
        return Directory.Exists(value) ? Path.GetFullPath(value) : throw new ArgumentException($"{name}: there is no directory '{value}'");
    }
}
