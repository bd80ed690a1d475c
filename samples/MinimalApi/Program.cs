var builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseAeronetTransport(); // the one line

var app = builder.Build();
app.MapGet("/", () => "Hello, World!");
app.MapGet("/hello/{name}", (string name) => new { hello = name });
app.MapGet("/slow", async () =>
{
    await Task.Delay(TimeSpan.FromMilliseconds(100));
    return "slept 100 ms, held no thread";
});
app.MapPost("/echo", (HttpRequest request) => Results.Stream(request.Body, request.ContentType));
app.Run();
