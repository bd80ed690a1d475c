// Everything in one application. What it does stands in appsettings.json.
using Showcase;

var builder = WebApplication.CreateBuilder(args);
builder.AddAeronet();
builder.Services.AddAeronetPrometheus();
builder.Services.AddProblemDetails();
if (builder.Environment.IsDevelopment())
{
    builder.WebHost.UseThrowAwayCertificate();
}

var app = builder.Build();
app.UseExceptionHandler();
app.UseAeronet();
app.UseAeronetHooks(hooks => hooks.OnResponse("server", context =>
{
    context.Response.Headers.Server = "Aeronet";
    return default;
}));
app.MapApi();
app.MapAeronetConfig();
if (app.Environment.IsDevelopment())
{
    app.MapAeronetTlsMetrics();
}

app.Run();
