using Aeronet.AspNetCore.Transport.Tls.Fingerprints;
using static Aeronet.AspNetCore.Tls.Tests.Observability.ClientHelloBuilder;

namespace Aeronet.AspNetCore.Tls.Tests.Observability;

/// <summary>The two methods' own examples (github.com/salesforce/ja3, README; github.com/FoxIO-LLC/ja4, JA4.md), and what they say of corners.</summary>
public sealed class FingerprintTests
{
    private const ushort Grease = 0x5A5A;

    private static readonly ushort[] s_ciphers =
        [0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035];

    private static readonly ushort[] s_extensions =
        [0x001B, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002D, 0x000D, 0x0005, 0x0023, 0x0012, 0x002B, 0xFF01, 0x000B, 0x000A, 0x0015];

    private static readonly ushort[] s_signatures = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ja3_ExampleWithExtensions(bool grease)
    {
        ushort[] extra = grease ? [Grease] : [];
        var hello = new ClientHelloBuilder { Version = 769, Ciphers = [.. extra, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4] };
        if (grease)
            hello.With(Grease);

        var fingerprints = Of(hello.With(0, 0).With(10, Vector16(List([.. extra, 23, 24, 25]))).With(11, Vector8([0])));

        Assert.Equal("769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0", fingerprints.Ja3Raw);
        Assert.Equal("ada70206e40642a3e4461f35503241d5", fingerprints.Ja3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ja3_ExampleWithoutExtensions(bool absent)
    {
        var fingerprints = Of(new ClientHelloBuilder { Version = 769, Ciphers = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99], WithoutExtensions = absent });

        Assert.Equal("769,4-5-10-9-100-98-3-6-19-18-99,,,", fingerprints.Ja3Raw);
        Assert.Equal("de350869b8c85de67a350c8d186f11e6", fingerprints.Ja3);
        Assert.Equal("t10i110000_", fingerprints.Ja4[..11]);
        Assert.EndsWith("_000000000000", fingerprints.Ja4, StringComparison.Ordinal);
    }

    [Fact]
    public void Ja4_Example_WhateverTheOrder()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var ciphers = s_ciphers.Append(Grease).ToArray();
            var extensions = s_extensions.Append(Grease).Append((ushort)0xFAFA).ToArray();
            random.Shuffle(ciphers);
            random.Shuffle(extensions);
            var fingerprints = Of(Example(ciphers, extensions, s_signatures));

            Assert.Equal("t13d1516h2_8daaf6152771_e5627efa2ab1", fingerprints.Ja4);
            Assert.Equal(
                "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,000a,000b,000d,0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601",
                fingerprints.Ja4Raw);
        }
    }

    [Fact]
    public void Ja4_ExampleWithoutSignatureAlgorithms()
    {
        // The list keeps 000d; it names no algorithm.
        var fingerprints = Of(Example(s_ciphers, s_extensions, []));

        Assert.Equal("t13d1516h2_8daaf6152771_6d807ffa2a79", fingerprints.Ja4);
        Assert.EndsWith(",ff01", fingerprints.Ja4Raw, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "00")]
    [InlineData("68", "hh")]
    [InlineData("6832", "h2")]
    [InlineData("687474702F312E31", "h1")]
    [InlineData("AB", "ab")]
    [InlineData("ABCD", "ad")]
    [InlineData("30AB", "3b")]
    [InlineData("3031ABCD", "3d")]
    [InlineData("30ABCD31", "01")]
    public void Ja4_FirstApplicationProtocol_FirstAndLast(string protocol, string shown)
    {
        var hello = new ClientHelloBuilder().With(16, Vector16([.. Vector8(Convert.FromHexString(protocol)), .. Vector8("h3"u8.ToArray())]));

        Assert.Equal($"t12i0101{shown}", Of(hello).Ja4[..10]);
    }

    [Theory]
    [InlineData(0x0303, "", "12")]
    [InlineData(0x0301, "", "10")]
    [InlineData(0x0300, "", "s3")]
    [InlineData(0x0399, "", "00")]
    [InlineData(0x0303, "0304", "13")]
    [InlineData(0x0303, "FAFA03030304", "13")]
    [InlineData(0x0303, "FAFA0302", "11")]
    [InlineData(0x0303, "5A5A", "12")]
    [InlineData(0x0303, "7F1C", "00")]
    public void Ja4_Version_HighestOffered(int legacy, string supported, string shown)
    {
        var hello = new ClientHelloBuilder { Version = (ushort)legacy };
        if (supported.Length > 0)
            hello.With(43, Vector8(Convert.FromHexString(supported)));

        Assert.Equal(shown, Of(hello).Ja4[1..3]);
    }

    [Fact]
    public void Ja4_Counts_UpTo99()
    {
        var hello = new ClientHelloBuilder { Ciphers = [.. Enumerable.Range(1, 200).Select(i => (ushort)i)] };
        for (ushort i = 100; i < 250; i++)
            hello.With(i);

        Assert.StartsWith("t12i999900_", Of(hello).Ja4, StringComparison.Ordinal);
    }

    [Fact]
    public void Ja4_NoCiphersButGrease_Zeroes() => Assert.Equal("t12i000000_000000000000_000000000000", Of(new ClientHelloBuilder { Ciphers = [Grease] }).Ja4);

    [Fact]
    public void Malformed_EveryPrefixAndBitFlip_NullOrSomething()
    {
        var hello = Example(s_ciphers, s_extensions, s_signatures).Build();
        for (var length = 0; length < hello.Length; length++)
            Assert.True(TlsFingerprints.Of(hello.AsSpan(0, length)) is null || length == hello.Length - ExtensionsLength(hello) - 2, $"{length}");

        for (var i = 0; i < hello.Length * 8; i++)
        {
            var flipped = (byte[])hello.Clone();
            flipped[i / 8] ^= (byte)(1 << (i % 8));
            var fingerprints = TlsFingerprints.Of(flipped);
            Assert.True(fingerprints is null || fingerprints.Ja4.Length == 36, $"{i}");
            _ = fingerprints?.Ja3;
        }
    }

    /// <summary>What a connection keeps is bounded: no client lists as many values as fill a ClientHello of 128 kB.</summary>
    [Theory]
    [InlineData(900, true)]
    [InlineData(1100, false)]
    [InlineData(30_000, false)]
    public void TooManyValues_NoFingerprint(int count, bool expected)
    {
        var ciphers = new ClientHelloBuilder { Ciphers = [.. Enumerable.Range(1, count).Select(i => (ushort)i)] };
        var extensions = new ClientHelloBuilder();
        for (var i = 0; i < Math.Min(count, 16_000); i++)
            extensions.With((ushort)(1000 + i));

        var groups = new ClientHelloBuilder().With(10, Vector16(List([.. Enumerable.Range(1, count).Select(i => (ushort)i)])));
        var signatures = new ClientHelloBuilder().With(13, Vector16(List([.. Enumerable.Range(1, count).Select(i => (ushort)i)])));
        var again = new ClientHelloBuilder();
        for (var i = 0; i < count / 100; i++)
            again.With(10, Vector16(List([.. Enumerable.Range(1, 100).Select(value => (ushort)value)])));

        foreach (var hello in new[] { ciphers, extensions, groups, signatures, again })
        {
            var message = hello.Build();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(expected, TlsFingerprints.Of(message) is not null);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 * 1024);
        }
    }

    [Theory]
    [InlineData(0x0A0A, true)]
    [InlineData(0xFAFA, true)]
    [InlineData(0x5A5A, true)]
    [InlineData(0x0A1A, false)]
    [InlineData(0x1A0A, false)]
    [InlineData(0x0B0B, false)]
    [InlineData(0x00FF, false)]
    public void Grease_SixteenValues(int value, bool expected) => Assert.Equal(expected, Transport.Tls.Fingerprints.Grease.Is((ushort)value));

    private static int ExtensionsLength(byte[] hello) => hello.Length - (4 + 2 + 32 + 1 + 2 + (s_ciphers.Length * 2) + 2) - 2;

    private static ClientHelloBuilder Example(ushort[] ciphers, ushort[] extensions, ushort[] signatures)
    {
        var hello = new ClientHelloBuilder { Ciphers = ciphers };
        foreach (var extension in extensions)
        {
            hello.With(extension, extension switch
            {
                0x000A => Vector16(List(Grease, 29)),
                0x000B => Vector8([0]),
                0x000D => Vector16(List([Grease, .. signatures])),
                0x0010 => Vector16([.. Vector8("h2"u8.ToArray()), .. Vector8("http/1.1"u8.ToArray())]),
                0x002B => Vector8(List(Grease, 0x0304, 0x0303)),
                _ => [],
            });
        }

        return hello;
    }

    private static TlsFingerprints Of(ClientHelloBuilder hello) => TlsFingerprints.Of(hello.Build()) ?? throw new InvalidOperationException("not parsed");
}
