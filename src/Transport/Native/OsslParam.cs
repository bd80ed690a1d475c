using System.Runtime.InteropServices;

namespace Aeronet.AspNetCore.Transport.Native;

/// <summary>One of the parameters that an OpenSSL object is set up by; a list of them ends with an empty one (OSSL_PARAM(3)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslParam
{
    private const uint UnsignedInteger = 2;
    private const uint Utf8String = 4;
    private const uint OctetString = 5;

    private byte* _key;
    private uint _type;
    private void* _data;
    private nuint _size;
    private nuint _returned;

    /// <summary>Bytes. Name and data are read while the parameter is used.</summary>
    internal static OsslParam Bytes(ReadOnlySpan<byte> constantName, byte* data, int length) => new()
    {
        _key = Constant(constantName),
        _type = OctetString,
        _data = data,
        _size = (nuint)length,
        _returned = nuint.MaxValue,
    };

    /// <summary>A number of any length, in the byte order of the machine.</summary>
    internal static OsslParam Number(ReadOnlySpan<byte> constantName, byte* data, int length) =>
        Bytes(constantName, data, length) with { _type = UnsignedInteger };

    /// <summary>A text that ends with a zero, which is read while the parameter is used.</summary>
    internal static OsslParam Text(ReadOnlySpan<byte> constantName, byte* text, int length) =>
        Bytes(constantName, text, length) with { _type = Utf8String };

    /// <summary>A text that is a literal of the program.</summary>
    internal static OsslParam Text(ReadOnlySpan<byte> constantName, ReadOnlySpan<byte> constantText) => new()
    {
        _key = Constant(constantName),
        _type = Utf8String,
        _data = Constant(constantText),
        _size = (nuint)constantText.Length,
        _returned = nuint.MaxValue,
    };

    // UTF-8 literals lie in the program's image, which does not move, and end with a zero.
    private static byte* Constant(ReadOnlySpan<byte> literal) => (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));
}
