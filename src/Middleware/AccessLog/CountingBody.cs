using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.AccessLog;

/// <summary>A response body that counts what goes through, by whichever way.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The stream has nothing of its own.")]
internal class CountingBody : IHttpResponseBodyFeature
{
    private readonly CountingPipeWriter _writer = new();
    private readonly CountingStream _stream = new();

    private long _files;

    /// <summary>The bytes so far.</summary>
    public long Count => _files + _writer.Count + _stream.Count;

    public Stream Stream
    {
        get
        {
            _stream.Inner ??= Inner.Stream;
            return _stream;
        }
    }

    public PipeWriter Writer
    {
        get
        {
            _writer.Inner ??= Inner.Writer;
            return _writer;
        }
    }

    protected IHttpResponseBodyFeature Inner { get; private set; } = null!;

    public void Attach(IHttpResponseBodyFeature inner)
    {
        Inner = inner;
        _files = 0;
        _writer.Reset();
        _stream.Reset();
    }

    /// <summary>Puts back what was there before, unless something else has done so already.</summary>
    public void Detach(HttpContext context)
    {
        if (ReferenceEquals(context.Features.Get<IHttpResponseBodyFeature>(), this))
        {
            context.Features.Set(Inner);
        }

        Inner = null!;
        _writer.Reset();
        _stream.Reset();
    }

    public void DisableBuffering() => Inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => Inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => Inner.CompleteAsync();

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        var sent = Inner.SendFileAsync(path, offset, count, cancellationToken);
        return sent.IsCompletedSuccessfully ? Sent(sent) : AwaitAsync(sent);

        Task Sent(Task task)
        {
            AddFile(count ?? new FileInfo(path).Length - offset);
            return task;
        }

        async Task AwaitAsync(Task task)
        {
            await task.ConfigureAwait(false);
            AddFile(count ?? new FileInfo(path).Length - offset);
        }
    }

    protected void AddFile(long count) => _files += count;
}
