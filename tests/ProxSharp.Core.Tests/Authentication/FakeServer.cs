using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace ProxSharp.Core.Tests.Authentication;

/// <summary>The end of a handler chain: checks tickets by the clock and hands out new ones as the servers do.</summary>
internal sealed class FakeServer(ProxmoxProduct product, TimeProvider time) : HttpMessageHandler
{
    public const string Password = "correct-horse";
    private readonly ConcurrentDictionary<string, DateTimeOffset> _tickets = new();
    private int _number;

    /// <summary>The logins: the parameters of each.</summary>
    public ConcurrentQueue<IReadOnlyDictionary<string, string>> Logins { get; } = new();

    /// <summary>Everything else.</summary>
    public ConcurrentQueue<SeenRequest> Calls { get; } = new();

    /// <summary>Answers a login in the place of the usual answer; null for the usual one.</summary>
    public Func<IReadOnlyDictionary<string, string>, HttpResponseMessage?> OnLogin { get; set; } = static _ => null;

    /// <summary>Answers a call in the place of the usual answer; null for the usual one.</summary>
    public Func<SeenRequest, HttpResponseMessage?> OnCall { get; set; } = static _ => null;

    /// <summary>Completes before a login is answered.</summary>
    public Task LoginGate { get; set; } = Task.CompletedTask;

    private string Prefix => product == ProxmoxProduct.BackupServer ? "PBS" : "PVE";

    /// <summary>Makes all tickets invalid, as a restart with new keys does.</summary>
    public void ForgetTickets() => _tickets.Clear();

    public string Issue(string user)
    {
        int number = Interlocked.Increment(ref _number);
        string ticket = string.Create(CultureInfo.InvariantCulture, $"{Prefix}:{user}:{time.GetUtcNow().ToUnixTimeSeconds():X8}::sig+{number}/==");
        _tickets[ticket] = time.GetUtcNow();
        return ticket;
    }

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK)
        => new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    /// <summary>The servers' answer to a bad ticket.</summary>
    public static HttpResponseMessage NoTicket() => new(HttpStatusCode.Unauthorized) { ReasonPhrase = "No ticket" };

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using MemoryStream content = new();
        request.Content?.CopyTo(content, null, cancellationToken);
        string body = Encoding.UTF8.GetString(content.ToArray());
        if (IsLogin(request))
        {
            LoginGate.Wait(cancellationToken);
        }

        return Answer(request, body);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        if (IsLogin(request))
        {
            await LoginGate.WaitAsync(cancellationToken);
        }

        return Answer(request, body);
    }

    private static bool IsLogin(HttpRequestMessage request)
        => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath.EndsWith("/api2/json/access/ticket", StringComparison.Ordinal);

    private HttpResponseMessage Answer(HttpRequestMessage request, string body)
    {
        if (IsLogin(request))
        {
            Dictionary<string, string> parameters = Parameters(body);
            Logins.Enqueue(parameters);
            return OnLogin(parameters) ?? Login(parameters);
        }

        SeenRequest seen = new(request, body);
        Calls.Enqueue(seen);
        return OnCall(seen) ?? (IsValid(seen.Cookie) ? Json("""{"data":"ok"}""") : NoTicket());
    }

    private HttpResponseMessage Login(Dictionary<string, string> parameters)
    {
        string user = parameters["username"];
        return parameters["password"] == Password || IsAlive(parameters["password"]) ? Success(user) : Json("""{"data":null,"message":"authentication failure\n"}""", HttpStatusCode.Unauthorized);
    }

    public HttpResponseMessage Success(string user)
        => Json(JsonSerializer.Serialize(new { data = new { username = user, ticket = Issue(user), CSRFPreventionToken = "CSRF:" + _number } }));

    private bool IsValid(string? cookie) => cookie is not null && IsAlive(Uri.UnescapeDataString(cookie.Split('=', 2)[1]));

    private bool IsAlive(string ticket) => _tickets.TryGetValue(ticket, out DateTimeOffset issued) && time.GetUtcNow() - issued < TimeSpan.FromHours(2);

    private Dictionary<string, string> Parameters(string body)
    {
        if (product == ProxmoxProduct.BackupServer)
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(body)!;
        }

        return body.Split('&').Select(static pair => pair.Split('=', 2)).ToDictionary(static pair => pair[0], static pair => Uri.UnescapeDataString(pair[1]));
    }
}
