using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using ProxSharp.Backup.Formats.Blobs;
using ProxSharp.Simulator.Scenarios;

namespace ProxSharp.Simulator.Tests.Pbs;

/// <summary>A backup or reader session as any HTTP stack would speak it: an upgraded stream under a second handler that speaks HTTP/2 with prior knowledge.</summary>
internal sealed class BackupWire : IAsyncDisposable
{
    public const string Writer = "proxmox-backup-protocol-v1";
    public const string Reader = "proxmox-backup-reader-protocol-v1";
    public const string Token = $"PBSAPIToken={DefaultBackupServer.TokenId}:{DefaultBackupServer.TokenSecret}";

    private readonly HttpClient _outer;
    private readonly HttpResponseMessage _upgrade;
    private readonly HttpClient? _inner;
    private readonly Stream? _stream;

    private BackupWire(HttpClient outer, HttpResponseMessage upgrade, HttpClient? inner, Stream? stream, TestReply answer) =>
        (_outer, _upgrade, _inner, _stream, Answer) = (outer, upgrade, inner, stream, answer);

    /// <summary>The answer to the upgrade.</summary>
    public TestReply Answer { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Asks for a session; <see cref="Answer"/> tells whether it was opened.</summary>
    public static async Task<BackupWire> OpenAsync(PbsSimulator simulator, string query, string? protocol = Writer, string authorization = Token, bool offersHttp2 = false)
    {
        SocketsHttpHandler first = new() { UseCookies = false };
        first.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        if (offersHttp2)
        {
            first.SslOptions.ApplicationProtocols = [SslApplicationProtocol.Http2];
        }

        HttpClient outer = new(first) { BaseAddress = simulator.Endpoint };
        string path = protocol == Reader ? "reader" : "backup";
        using HttpRequestMessage request = new(HttpMethod.Get, $"/api2/json/{path}?{query}") { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (protocol is not null)
        {
            request.Headers.TryAddWithoutValidation("Connection", "upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", protocol);
        }

        HttpResponseMessage response = await outer.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        string? type = response.Content.Headers.ContentType?.ToString();
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            return new BackupWire(outer, response, null, null, new TestReply((int)response.StatusCode, response.ReasonPhrase ?? "", await response.Content.ReadAsByteArrayAsync(Cancel), type));
        }

        Stream stream = await response.Content.ReadAsStreamAsync(Cancel);
        bool isUsed = false;
        SocketsHttpHandler second = new()
        {
            ConnectCallback = (_, _) => Interlocked.Exchange(ref isUsed, true) ? throw new IOException("The session is lost.") : ValueTask.FromResult(stream),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            UseProxy = false,
            UseCookies = false,
            InitialHttp2StreamWindowSize = 16 << 20,
        };
        HttpClient inner = new(second) { BaseAddress = new Uri("http://localhost:8007/"), Timeout = Timeout.InfiniteTimeSpan };
        return new BackupWire(outer, response, inner, stream, new TestReply(101, response.ReasonPhrase ?? "", [], type));
    }

    /// <summary>Opens a session that must succeed.</summary>
    public static async Task<BackupWire> BeginAsync(PbsSimulator simulator, string id = "h1", long time = 1_700_000_000, string store = "store1", string extra = "", string protocol = Writer, string authorization = Token)
    {
        BackupWire wire = await OpenAsync(simulator, Query(id, time, store) + extra, protocol, authorization);
        Assert.True(wire.Answer.Status == 101, wire.Answer.Text);
        return wire;
    }

    public static string Query(string id, long time, string store = "store1") => FormattableString.Invariant($"backup-type=host&backup-id={id}&backup-time={time}&store={store}");

    public static string Hex(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>A blob of the data.</summary>
    public static byte[] Blob(byte[] data, bool compress = false)
    {
        using DataBlobEncoder encoder = new(compress: compress);
        byte[] blob = new byte[DataBlob.GetMaxLength(data.Length, false)];
        encoder.Encode(data, blob, out int written);
        return blob[..written];
    }

    public Task<TestReply> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<TestReply> PostAsync(string path, byte[]? body = null)
    {
        ByteArrayContent content = new(body ?? []);
        content.Headers.ContentType = new MediaTypeHeaderValue(body is null ? "application/x-www-form-urlencoded" : "application/octet-stream");
        return SendAsync(HttpMethod.Post, path, content);
    }

    public Task<TestReply> PutJsonAsync(string path, string json) => SendAsync(HttpMethod.Put, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<TestReply> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using HttpRequestMessage request = new(method, path) { Content = content, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpResponseMessage response = await _inner!.SendAsync(request, Cancel);
        return new TestReply((int)response.StatusCode, "", await response.Content.ReadAsByteArrayAsync(Cancel), response.Content.Headers.ContentType?.ToString())
        {
            ContentLength = response.Content.Headers.ContentLength,
        };
    }

    /// <summary>Uploads a chunk.</summary>
    public Task<TestReply> ChunkAsync(string kind, int wid, byte[] data, string? digest = null, int? size = null, int? encodedSize = null, byte[]? blob = null)
    {
        blob ??= Blob(data, compress: data.Length > 64);
        return PostAsync(FormattableString.Invariant($"{kind}_chunk?wid={wid}&digest={digest ?? Hex(data)}&size={size ?? data.Length}&encoded-size={encodedSize ?? blob.Length}"), blob);
    }

    /// <summary>Appends chunks.</summary>
    public Task<TestReply> AppendAsync(string kind, int wid, params (string Digest, long Offset)[] chunks) => PutJsonAsync(
        $"{kind}_index",
        FormattableString.Invariant($$"""{"wid":{{wid}},"digest-list":[{{string.Join(',', chunks.Select(static chunk => $"\"{chunk.Digest}\""))}}],"offset-list":[{{string.Join(',', chunks.Select(static chunk => chunk.Offset))}}]}"""));

    public Task<TestReply> BlobAsync(string name, byte[] blob, int? encodedSize = null) =>
        PostAsync(FormattableString.Invariant($"blob?file-name={name}&encoded-size={encodedSize ?? blob.Length}"), blob);

    /// <summary>Sends a manifest and finishes.</summary>
    public async Task FinishAsync(string manifest)
    {
        TestReply sent = await BlobAsync("index.json.blob", Blob(Encoding.UTF8.GetBytes(manifest)));
        Assert.True(sent.Status == 200, sent.Text);
        TestReply finished = await PostAsync("finish");
        Assert.True(finished.Status == 200, finished.Text);
    }

    /// <summary>Drops the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _inner?.Dispose();
        if (_stream is not null)
        {
            await _stream.DisposeAsync();
        }

        _upgrade.Dispose();
        _outer.Dispose();
    }
}
