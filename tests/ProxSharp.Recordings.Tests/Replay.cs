using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Pbs;
using ProxSharp.Pve;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Recordings.Tests;

/// <summary>A client in front of a server that answers with a recording, byte for byte.</summary>
internal sealed class Replay : IAsyncDisposable
{
    private const string ApiRoot = "/api2/json";

    private readonly Recording _recording;

    private Replay(Recording recording)
    {
        _recording = recording;
        Server = StubServer.Start(new StubReply { Bytes = recording.ResponseBytes(), CloseAfter = recording.Status >= 400 });
        ProxmoxClientOptions options = new()
        {
            Endpoints = [ProxmoxEndpoint.Parse(Server.Address.ToString(), recording.Product)],
            Credentials = CredentialsOf(recording),
            Trust = ServerTrust.Pin(Server.Fingerprint),
            Retry = ProxmoxRetryOptions.None,
            ValidateParameters = false,
            TimeProvider = new FakeTimeProvider(TimeOf(recording)),
        };
        Client = recording.Product == ProxmoxProduct.BackupServer ? new PbsClient(options) : new PveClient(options);
    }

    public StubServer Server { get; }

    public ProxmoxClient Client { get; }

    public static Replay Of(Recording recording) => new(recording);

    /// <summary>Makes the recorded call through the raw API.</summary>
    public async Task<JsonElement> CallAsync(bool sync)
    {
        ApiParameters parameters = new();
        if (_recording.IsUpload)
        {
            parameters.Add("content", "iso");
            ApiUpload upload = new(new MemoryStream("xx"u8.ToArray()), "a.iso");
            return sync
                ? Client.Raw.Upload(PathBelowRoot(_recording.Target), upload, parameters).Data
                : (await Client.Raw.UploadAsync(PathBelowRoot(_recording.Target), upload, parameters)).Data;
        }

        foreach (string pair in WireForm.Of(_recording.Target, BodyWithParameters, _recording.RequestHeader("Content-Type")).Concat(Loose()))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(pair[..equals], pair[(equals + 1)..]);
        }

        string path = PathBelowRoot(_recording.Target);
        if (_recording.IsStream)
        {
            return await ReadStreamAsync(path, parameters, sync);
        }

        ApiResponse<JsonElement> response = sync
            ? Client.Raw.Send(_recording.Method, path, parameters)
            : await Client.Raw.SendAsync(_recording.Method, path, parameters);
        return response.Data;
    }

    private async Task<JsonElement> ReadStreamAsync(string path, ApiParameters parameters, bool sync)
    {
        await using ApiDownload download = sync ? Client.Raw.Download(path, parameters) : await Client.Raw.DownloadAsync(path, parameters);
        using StreamReader reader = new(download.Content);
        return JsonSerializer.SerializeToElement(await reader.ReadToEndAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }

    private string BodyWithParameters => _recording.Method is ApiMethod.Post or ApiMethod.Put ? _recording.RequestBody : "";

    /// <summary>The PBS recordings keep the parameters of reads apart from the path.</summary>
    private IEnumerable<string> Loose() =>
        _recording.Product == ProxmoxProduct.BackupServer && BodyWithParameters.Length == 0 && !_recording.Target.Contains('?', StringComparison.Ordinal) && _recording.Parameters.ValueKind == JsonValueKind.Object
            ? _recording.Parameters.EnumerateObject().SelectMany(static member => WireForm.Values(member.Value).Select(value => $"{member.Name}={value}"))
            : [];

    private static string PathBelowRoot(string target)
    {
        int query = target.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? target : target[..query];
        return path.StartsWith(ApiRoot, StringComparison.Ordinal) ? path[ApiRoot.Length..] : path;
    }

    private static DateTimeOffset TimeOf(Recording recording)
    {
        string? date = recording.ResponseHeaders.Where(static header => header.Key.Equals("Date", StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value).FirstOrDefault();
        return date is null ? new DateTimeOffset(2026, 11, 22, 21, 10, 0, TimeSpan.Zero) : DateTimeOffset.Parse(date, CultureInfo.InvariantCulture);
    }

    private static ProxmoxCredentials CredentialsOf(Recording recording)
    {
        if (recording.RequestHeader("Authorization") is { } header && header.StartsWith("PVEAuthCookie=", StringComparison.Ordinal))
        {
            return ProxmoxCredentials.Ticket(Uri.UnescapeDataString(header["PVEAuthCookie=".Length..]), null);
        }

        if (recording.RequestHeader("Authorization") is { } authorization && authorization.Split(['=', ' '], 2) is [_, var token])
        {
            int split = token.IndexOf(recording.Product == ProxmoxProduct.BackupServer ? ':' : '=', StringComparison.Ordinal);
            if (split > 0 && token[..split].Contains('!', StringComparison.Ordinal))
            {
                return ProxmoxCredentials.ApiToken(token[..split], token[(split + 1)..]);
            }
        }

        if (recording.RequestHeader("Cookie") is { } cookie)
        {
            return ProxmoxCredentials.Ticket(Uri.UnescapeDataString(cookie[(cookie.IndexOf('=', StringComparison.Ordinal) + 1)..]), recording.RequestHeader("CSRFPreventionToken"));
        }

        return ProxmoxCredentials.None;
    }
}
