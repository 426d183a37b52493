using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests;

/// <summary>A bare HTTP client of a simulator, so that its tests do not depend on the library's own client.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly HttpClient _http;

    public TestClient(Uri endpoint)
    {
        SocketsHttpHandler handler = new() { UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        _http = new HttpClient(handler) { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.ExpectContinue = false;
    }

    public string? Authorization { get; set; }

    public string? Ticket { get; set; }

    public string? Csrf { get; set; }

    public string Format { get; set; } = "json";

    public string CookieName { get; set; } = "PVEAuthCookie";

    public static TestClient As(PveSimulator simulator, string token = $"{DefaultCluster.TokenId}={DefaultCluster.TokenSecret}") =>
        new(simulator.Endpoint) { Authorization = $"PVEAPIToken={token}" };

    public static async Task<TestClient> LoginAsync(PveSimulator simulator, string user = "root@pam", string password = DefaultCluster.RootPassword)
    {
        TestClient client = new(simulator.Endpoint);
        TestReply reply = await client.PostAsync("/access/ticket", ("username", user), ("password", password));
        client.Ticket = reply.Data!["ticket"]!.GetValue<string>();
        client.Csrf = reply.Data["CSRFPreventionToken"]!.GetValue<string>();
        return client;
    }

    public Task<TestReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<TestReply> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path, null);

    public Task<TestReply> PostAsync(string path, params (string Name, string Value)[] fields) => SendAsync(HttpMethod.Post, path, Form(fields));

    public Task<TestReply> PutAsync(string path, params (string Name, string Value)[] fields) => SendAsync(HttpMethod.Put, path, Form(fields));

    public Task<TestReply> PostJsonAsync(string path, string json) => SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<TestReply> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using HttpRequestMessage request = new(method, $"/api2/{Format}{path}") { Content = content };
        if (Authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", Authorization);
        }

        if (Ticket is not null)
        {
            request.Headers.TryAddWithoutValidation("Cookie", $"{CookieName}={Uri.EscapeDataString(Ticket)}");
        }

        if (Csrf is not null)
        {
            request.Headers.TryAddWithoutValidation("CSRFPreventionToken", Csrf);
        }

        using HttpResponseMessage response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new TestReply((int)response.StatusCode, response.ReasonPhrase ?? "", body, response.Content.Headers.ContentType?.ToString());
    }

    /// <summary>Starts a task, lets the clock run, and returns the task's exit status.</summary>
    public async Task<string> RunAsync(FakeTimeProvider time, Task<TestReply> call)
    {
        TestReply started = await call;
        Assert.True(started.Status == 200, started.Text);
        string upid = started.Data!.GetValue<string>();
        time.Advance(TimeSpan.FromSeconds(5));
        TestReply status = await GetAsync($"/nodes/{upid.Split(':')[1]}/tasks/{Uri.EscapeDataString(upid)}/status");
        return status.Data!["exitstatus"]!.GetValue<string>();
    }

    /// <summary>Lets the clock run until a call that waits on it has its answer.</summary>
    public static async Task<TestReply> AdvanceUntilAsync(FakeTimeProvider time, SimulatorTraffic traffic, Func<Task<TestReply>> call)
    {
        long before = traffic.RequestCount;
        Task<TestReply> answer = call();
        while (traffic.RequestCount == before)
        {
            // A connection on which nothing came yet would time out.
            await Task.Yield();
        }

        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        return await answer;
    }

    public void Dispose() => _http.Dispose();

    private static FormUrlEncodedContent Form((string Name, string Value)[] fields) => new(fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value)));
}
