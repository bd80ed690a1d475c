using System.Text.Json;
using Aeronet.AspNetCore.Middleware.TlsMetrics.Report;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>Answers with the TLS metrics in the form that the client wants.</summary>
internal sealed class TlsMetricsEndpoint(TlsReporter reporter, RequestDelegate prometheus)
{
    private const string UnknownFormat = "The parameter format is 'json' or 'prometheus'. Without it the Accept field decides.\n";

    public Task InvokeAsync(HttpContext context)
    {
        var response = context.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept";
        switch (TlsMetricsFormat.Choose(context.Request))
        {
            case TlsMetricsFormat.Json:
                response.ContentType = "application/json; charset=utf-8";
                return JsonSerializer.SerializeAsync(
                    response.Body, reporter.Read(), TlsReportJson.Default.TlsReport, context.RequestAborted);
            case TlsMetricsFormat.Prometheus:
                return prometheus(context);
            default:
                response.StatusCode = StatusCodes.Status400BadRequest;
                response.ContentType = "text/plain; charset=utf-8";
                return response.WriteAsync(UnknownFormat, context.RequestAborted);
        }
    }
}
