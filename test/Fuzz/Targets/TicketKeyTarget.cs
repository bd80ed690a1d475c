using System.Security.Cryptography;
using Aeronet.AspNetCore.Transport.Tls.Tickets;

namespace Aeronet.AspNetCore.Fuzz.Targets;

/// <summary>
/// Files with ticket keys and secrets, and entries of a shared cache. A key has 48 or 80 bytes, a secret 32 to 4096 without the line's end,
/// and else is refused in one line; a sealed entry opens as it was sealed, and not at all once a bit of it is another.
/// </summary>
internal sealed class TicketKeyTarget : IFuzzTarget
{
    private const string Entry = "aeronet:tickets:1";

    // In memory where there is such a folder.
    private static readonly string s_file =
        Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"aeronet-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}");

    private static readonly byte[] s_secret = [.. Enumerable.Repeat((byte)7, SharedSecret.MinLength)];

    public string Name => "ticket-key";

    public IEnumerable<byte[]> Seeds =>
    [
        [0, .. new byte[48]],
        [0, .. new byte[80]],
        [1, .. "a secret that has thirty-two bytes or more of them\r\n"u8],
        [2, 1, .. new byte[80]],
        [3, 2, .. new byte[108]],
        [4, 5, .. new byte[80]],
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        var fields = new Fields(input);
        switch (fields.Byte() % 5)
        {
            case 0:
                ReadFile(fields.Rest, TicketKeyFile.Read, static bytes => bytes.Length is 48 or 80 ? bytes.ToArray() : null);
                break;
            case 1:
                ReadFile(fields.Rest, TicketKeyFile.ReadSecret, static bytes => bytes.TrimEnd("\r\n"u8) is { Length: >= 32 and <= 4096 } secret ? secret.ToArray() : null);
                break;
            case 2:
                ReadEntry(fields.Rest, secret: null);
                break;
            case 3:
                ReadEntry(fields.Rest, s_secret);
                break;
            default:
                Seal(ref fields);
                break;
        }
    }

    private static void ReadFile(ReadOnlySpan<byte> bytes, Func<string, byte[]> read, Expectation expected)
    {
        // Over what was there: creating a file is what takes the time.
        using (var file = File.OpenHandle(s_file, FileMode.OpenOrCreate, FileAccess.Write))
        {
            RandomAccess.Write(file, bytes, 0);
            RandomAccess.SetLength(file, bytes.Length);
        }

        try
        {
            var found = read(s_file);
            Must.Hold(expected(bytes) is { } right && right.AsSpan().SequenceEqual(found), "what is read is what is in the file");
        }
        catch (InvalidOperationException refusal)
        {
            Must.BeOneLine(refusal.Message);
            Must.Hold(expected(bytes) is null, "what is refused is wrong");
        }
        finally
        {
            File.Delete(s_file);
        }
    }

    private static void ReadEntry(ReadOnlySpan<byte> value, byte[]? secret)
    {
        using var format = new CachedKeyFormat(secret is null ? null : new SharedSecret(secret));
        Span<byte> key = stackalloc byte[TicketKey.Length];
        try
        {
            format.Read(Entry, value, key);
            Must.Hold(secret is null && value.Length == 81 && value[0] == 1 && key.SequenceEqual(value[1..]), "nobody without the secret has a key used");
        }
        catch (CryptographicException refusal)
        {
            Must.BeOneLine(refusal.Message);
        }
    }

    private static void Seal(ref Fields fields)
    {
        var (at, bit) = (fields.Byte(), fields.Byte());
        Span<byte> bytes = stackalloc byte[TicketKey.Length];
        fields.Rest[..Math.Min(fields.Rest.Length, bytes.Length)].CopyTo(bytes);
        using var key = new TicketKey(bytes, Signer.Now);
        using var format = new CachedKeyFormat(new SharedSecret(s_secret));
        var value = format.Write(Entry, key);
        Span<byte> opened = stackalloc byte[TicketKey.Length];
        format.Read(Entry, value, opened);
        Must.Hold(opened.SequenceEqual(bytes) && key.Is(opened), "a sealed key opens as it was sealed");

        value[at % value.Length] ^= (byte)(1 << (bit % 8));
        try
        {
            format.Read(Entry, value, opened);
        }
        catch (CryptographicException)
        {
            return;
        }

        throw new BrokenException("what was changed is not opened");
    }

    private delegate byte[]? Expectation(ReadOnlySpan<byte> bytes);
}
