using System.Text.Json;
using Aeronet.AspNetCore.Middleware.Access;
using Aeronet.AspNetCore.Middleware.TlsMetrics.Report;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.TlsMetrics;

/// <summary>Answers with the TLS metrics in the form that the client wants.</summary>
/// <param name="reporter">The figures.</param>
/// <param name="text">Answers with text; null if the application has nothing that does.</param>
internal sealed class TlsMetricsEndpoint(TlsReporter reporter, RequestDelegate? text)
{
    private const string UnknownFormat = "The parameter format is 'json' or 'prometheus'. Without it the Accept field decides.\n";
    private const string NoText = "Text for Prometheus is not set up: add the package Aeronet.AspNetCore.Prometheus and call "
        + "builder.Services.AddAeronetPrometheus(). There is JSON: ?format=json.\n";

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
                return text is not null ? text(context) : RefuseAsync(context, StatusCodes.Status406NotAcceptable, NoText);
            default:
                return RefuseAsync(context, StatusCodes.Status400BadRequest, UnknownFormat);
        }
    }

    /// <summary>Answers those who may not read it.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return RefuseAsync(context, StatusCodes.Status403Forbidden, EndpointAccess.ClosedText);
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(why, context.RequestAborted);
    }
}
