using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.AspNetCore;

namespace ProxSharp.Mcp.Http;

/// <summary>Serves an agent server over HTTP: the protocol at <c>/mcp</c>, and the pages on which people approve plans.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    /// <summary>Where the pages for approvals are.</summary>
    public const string ApprovalPath = "/approve";

    /// <summary>Where the protocol is spoken.</summary>
    public const string ProtocolPath = "/mcp";

    /// <summary>How long a message may be, in bytes.</summary>
    public const long LongestRequest = 1 << 20;

    private readonly WebApplication _application;
    private readonly AgentServer _server;
    private readonly HttpSettings _settings;

    private HttpHost(WebApplication application, AgentServer server, HttpSettings settings) =>
        (_application, _server, _settings) = (application, server, settings);

    /// <summary>The address clients use.</summary>
    public Uri Address => new(new Uri(Listening), ProtocolPath);

    private string Listening => _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    /// <summary>Starts serving.</summary>
    /// <exception cref="SettingsException">The settings would let others in, or the certificate cannot be read.</exception>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<HttpHost> StartAsync(HttpSettings settings, IReadOnlyList<AgentContext> contexts, CancellationToken cancellationToken)
    {
        settings.Check();
        HttpHost? host = null;
        AgentServer server = new(new AgentServerOptions { Contexts = contexts, ApprovalAddress = key => host!.ApprovalAddress(key) });
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestRequest;
            Listen(kestrel, settings);
        });
        builder.Services
            .AddMcpServer(server.Configure)
            .WithHttpTransport(static transport => transport.SessionMode = HttpServerSessionMode.StatefulForInitializeClients);
        WebApplication application = builder.Build();
        RequestGate gate = new(settings);
        application.Use(gate.InvokeAsync);
        host = new HttpHost(application, server, settings);
        application.MapMcp(ProtocolPath);
        application.MapGet($"{ApprovalPath}/{{key}}", (RequestDelegate)host.ShowAsync);
        application.MapPost($"{ApprovalPath}/{{key}}", (RequestDelegate)host.AnswerAsync);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Waits until the program is told to end.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _application.WaitForShutdownAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private Uri ApprovalAddress(string key) => new(_settings.PublicAddress ?? new Uri(Listening), $"{ApprovalPath}/{key}");

    private static void Listen(KestrelServerOptions kestrel, HttpSettings settings)
    {
        IPAddress address = settings.Listen.Host is "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(settings.Listen.Host.Trim('[', ']'), out IPAddress? parsed) ? parsed
            : throw new SettingsException($"'{settings.Listen.Host}' is no IP address of this machine; name the address, and the name with --allowed-host.");
        kestrel.Listen(address, settings.Listen.Port, options =>
        {
            if (settings.Listen.Scheme == "https")
            {
                options.UseHttps(Certificate(settings));
            }
        });
    }

    private static X509Certificate2 Certificate(HttpSettings settings)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(settings.CertificateFile!, settings.KeyFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new SettingsException($"The certificate cannot be read: {e.Message}", e);
        }
    }

    private Task ShowAsync(HttpContext context) => _server.Approvals.Render(Key(context)) is { } page
        ? WriteAsync(context, StatusCodes.Status200OK, page)
        : WriteAsync(context, StatusCodes.Status404NotFound, "Nothing waits for an answer here.");

    private async Task AnswerAsync(HttpContext context)
    {
        string? answer = await ReadAnswerAsync(context).ConfigureAwait(false);
        bool isTaken = answer is "approve" or "decline" && _server.Approvals.Answer(Key(context), answer == "approve");
        await (isTaken
            ? WriteAsync(context, StatusCodes.Status200OK, "Thank you. You can close this page.")
            : WriteAsync(context, StatusCodes.Status404NotFound, "Nothing waits for an answer here.")).ConfigureAwait(false);
    }

    // A form that is none holds no answer.
    private static async Task<string?> ReadAnswerAsync(HttpContext context)
    {
        try
        {
            IFormCollection? form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false) : null;
            return form?["answer"];
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return null;
        }
    }

    private static string Key(HttpContext context) => context.Request.RouteValues["key"] as string ?? "";

    private static Task WriteAsync(HttpContext context, int status, string html)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'; frame-ancestors 'none'";
        context.Response.Headers["Referrer-Policy"] = "same-origin";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(html, context.RequestAborted);
    }
}
