using Aeronet.AspNetCore.StaticFiles.Files;
using Aeronet.AspNetCore.StaticFiles.Requests;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Primitives;
using Microsoft.Win32.SafeHandles;

namespace HotPaths;

/// <summary>What a request for a file asks.</summary>
public class FileRequests
{
    private const long Size = 100 << 20;
    private const long Modified = 1_700_000_000;

    private static readonly StringValues s_one = "bytes=1048576-2097151";
    private static readonly StringValues s_several = "bytes=0-99, 1048576-2097151, 50000000-50000999, -500";

    private readonly OpenFile _file = new(
        new SafeFileHandle(), new FileStat(1, 7, Size, Modified, 1, Modified + 5, 2, IsUnlinked: false), new FileDescription("a.txt", "text/plain", Coding: null), []);

    private readonly IHeaderDictionary _unchanged = new HeaderDictionary();
    private readonly IHeaderDictionary _other = new HeaderDictionary();
    private readonly IHeaderDictionary _since = new HeaderDictionary();

    /// <summary>Three clients: one that has the file, one that has three other files, and one that has a date.</summary>
    public FileRequests()
    {
        _unchanged.IfNoneMatch = _file.ETag;
        _other.IfNoneMatch = "\"1a2b3c4d5e6f\", W/\"0011223344\", \"ffffffffffff\"";
        _since.IfModifiedSince = "Tue, 14 Nov 2023 22:13:21 GMT";
    }

    /// <summary>A Range field with one range.</summary>
    [Benchmark(Description = "Range with one range")]
    public long OneRange() => RangeHeader.Read(s_one, Size, new RangeRules(16, 80, RefusesMore: false)).Range.Start;

    /// <summary>A Range field with four ranges.</summary>
    [Benchmark(Description = "Range with four ranges")]
    public int FourRanges() => RangeHeader.Read(s_several, Size, new RangeRules(16, 80, RefusesMore: false)).Parts!.Length;

    /// <summary>If-None-Match with the file's own tag.</summary>
    [Benchmark(Description = "If-None-Match that matches")]
    public bool Unchanged() => Preconditions.Evaluate(_unchanged, _file) == PreconditionOutcome.NotModified;

    /// <summary>If-None-Match with tags of others.</summary>
    [Benchmark(Description = "If-None-Match with three others")]
    public bool Changed() => Preconditions.Evaluate(_other, _file) == PreconditionOutcome.Proceed;

    /// <summary>If-Modified-Since with a date that must be read.</summary>
    [Benchmark(Description = "If-Modified-Since")]
    public bool Since() => Preconditions.Evaluate(_since, _file) == PreconditionOutcome.NotModified;
}
