using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>
/// A response body that counts what goes through, by whichever way. It serves the requests of one connection or stream, one after the
/// other, and is dead between them: what an application kept of a response that has ended throws until the next one begins. That one's it
/// then is, as the server's own would be; so it serves several only around the same inner body.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The stream has nothing of its own.")]
internal class CountingBody : IHttpResponseBodyFeature
{
    private readonly CountingPipeWriter _writer;
    private readonly CountingStream _stream;

    private IHttpResponseBodyFeature? _inner;
    private bool _isWatched;
    private bool _isGone;
    private CancellationToken _aborted;
    private long _count;
    private long _settled;
    private int _request;

    public CountingBody()
    {
        _writer = new CountingPipeWriter(this);
        _stream = new CountingStream(this);
    }

    /// <summary>The bytes so far; while it is watched, none that were written after the client was gone.</summary>
    public long Count => _count;

    /// <summary>Those of them whose flush has completed, while it is watched: the server has at most a buffer of them.</summary>
    public long Settled => _settled;

    /// <summary>Whether the client was seen to be gone, while it is watched.</summary>
    public bool IsGone => _isGone;

    public Stream Stream
    {
        get
        {
            _stream.Attach(Inner.Stream);
            return _stream;
        }
    }

    public PipeWriter Writer
    {
        get
        {
            _writer.Attach(Inner.Writer);
            return _writer;
        }
    }

    /// <exception cref="ObjectDisposedException">The response has ended.</exception>
    protected IHttpResponseBodyFeature Inner => _inner ?? throw Ended();

    private bool IsKestrels => Inner.GetType().Assembly == typeof(KestrelServerOptions).Assembly;

    public static ObjectDisposedException Ended() =>
        new("The response", "It has ended, and cannot be written to any more: await what writes to it before the request ends.");

    /// <param name="inner">The body of the request that begins.</param>
    /// <param name="isWatched">Whether to look for the client's end in the results of flushes, where nothing better tells of it.</param>
    /// <param name="aborted">Signalled when that request is aborted, if it is watched.</param>
    public void Attach(IHttpResponseBodyFeature inner, bool isWatched, CancellationToken aborted)
    {
        _inner = inner;
        _isWatched = isWatched;
        _isGone = false;
        _aborted = aborted;
        _count = _settled = 0;
    }

    /// <summary>Puts back what was there before, unless something else has done so already.</summary>
    public void Detach(HttpContext context)
    {
        if (ReferenceEquals(context.Features.Get<IHttpResponseBodyFeature>(), this))
        {
            context.Features.Set(_inner);
        }

        _request++;
        _inner = null;
        _aborted = default;
        _writer.Detach();
        _stream.Detach();
    }

    public void DisableBuffering() => Inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => Inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => Inner.CompleteAsync();

    public virtual Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        // As Kestrel does it itself, only that here it is seen how far it gets.
        return IsKestrels
            ? SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken)
            : SendAndCountAsync(Inner.SendFileAsync(path, offset, count, cancellationToken), path, offset, count, alsoCut: false);
    }

    public void Add(long bytes)
    {
        _isGone |= _aborted.IsCancellationRequested;
        if (!_isGone)
        {
            _count += bytes;
        }
    }

    /// <summary>Looks whether the client is gone, which a server tells by what becomes of a flush, and by nothing else in time.</summary>
    public ValueTask<FlushResult> Watch(ValueTask<FlushResult> flush)
    {
        if (!_isWatched)
        {
            return flush;
        }

        if (!flush.IsCompletedSuccessfully)
        {
            return WatchAsync(flush);
        }

        var result = flush.Result;
        _isGone |= result.IsCompleted;
        _settled = _count;
        return new ValueTask<FlushResult>(result);
    }

    /// <summary>Writes as Kestrel's stream does, by its writer, if that has to be watched.</summary>
    /// <param name="bytes">What to write.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="writing">The writing.</param>
    /// <returns>Whether it was written.</returns>
    public bool TryWriteWatched(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken, out ValueTask writing)
    {
        writing = default;
        if (!_isWatched || bytes.IsEmpty || !IsKestrels)
        {
            return false;
        }

        var flush = Writer.WriteAsync(bytes, cancellationToken);
        writing = flush.IsCompletedSuccessfully ? default : WithoutResultAsync(flush);
        return true;
    }

    /// <summary>Counts a file that the server sends by a way of its own.</summary>
    /// <param name="sending">The sending.</param>
    /// <param name="path">The file.</param>
    /// <param name="offset">Its first byte that is sent.</param>
    /// <param name="count">How many bytes; null for all the rest.</param>
    /// <param name="alsoCut">Whether to count it whole when it is given up: something else knows how much of it has left.</param>
    protected async Task SendAndCountAsync(Task sending, string path, long offset, long? count, bool alsoCut)
    {
        var request = _request;
        try
        {
            await sending.ConfigureAwait(false);
        }
        finally
        {
            if (request == _request && (sending.IsCompletedSuccessfully || (alsoCut && sending.IsCanceled)))
            {
                Add(count ?? new FileInfo(path).Length - offset);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WithoutResultAsync(ValueTask<FlushResult> flush) => await flush.ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> WatchAsync(ValueTask<FlushResult> flush)
    {
        var (request, count) = (_request, _count);
        var result = await flush.ConfigureAwait(false);
        if (request == _request)
        {
            _isGone |= result.IsCompleted;
            _settled = count;
        }

        return result;
    }
}
