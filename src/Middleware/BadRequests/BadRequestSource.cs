using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.Features;

namespace Aeronet.AspNetCore.Middleware.BadRequests;

/// <summary>
/// What Kestrel writes its diagnostic events to: takes the one about a bad request and passes on all. A subscriber of the listener would
/// hear the same, and have the host ask on every good request whether it wants to hear of that one too.
/// </summary>
internal sealed class BadRequestSource(DiagnosticListener inner, IEnumerable<IBadRequestListener> listeners) : DiagnosticSource
{
    private const string BadRequest = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    private readonly IBadRequestListener[] _listeners = [.. listeners];

    public override bool IsEnabled(string name) => (name == BadRequest && IsListenedTo()) || inner.IsEnabled(name);

    public override bool IsEnabled(string name, object? arg1, object? arg2 = null) =>
        (name == BadRequest && IsListenedTo()) || inner.IsEnabled(name, arg1, arg2);

    [RequiresUnreferencedCode("As the base.")]
    public override void Write(string name, object? value)
    {
        if (name == BadRequest && value is IFeatureCollection features)
        {
            foreach (var listener in _listeners)
            {
                if (listener.IsEnabled)
                {
                    listener.OnBadRequest(features);
                }
            }
        }

        if (inner.IsEnabled(name))
        {
            inner.Write(name, value);
        }
    }

    public override void OnActivityImport(Activity activity, object? payload) => inner.OnActivityImport(activity, payload);

    public override void OnActivityExport(Activity activity, object? payload) => inner.OnActivityExport(activity, payload);

    private bool IsListenedTo()
    {
        foreach (var listener in _listeners)
        {
            if (listener.IsEnabled)
            {
                return true;
            }
        }

        return false;
    }
}
