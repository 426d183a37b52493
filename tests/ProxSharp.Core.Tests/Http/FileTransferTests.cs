using System.Globalization;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Api;
using ProxSharp.Testing;
using ProxSharp.Tls;

namespace ProxSharp.Core.Tests.Http;

/// <summary>Uploads and downloads as bytes on the wire. Not beside others, because what a process allocates is measured here, and is that of all tests together.</summary>
[Collection(nameof(FileTransferTests))]
[CollectionDefinition(nameof(FileTransferTests), DisableParallelization = true)]
public sealed class FileTransferTests
{
    private const string Answer = """{"data":"UPID:pve1:0:0:0:imgcopy::root@pam:"}""";

    private static readonly ApiOperation s_upload = new(ApiMethod.Post, "/nodes/{node}/storage/{storage}/upload");
    private static readonly ApiOperation s_log = new(ApiMethod.Get, "/nodes/{node}/tasks/{upid}/log");

    [Fact]
    [Trait("Acceptance", "9")]
    public async Task Upload_ToVirtualEnvironment_IsTheFormThatItsParserReads()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Json(Answer, headers: "Connection: close"));
            using TestConnection connection = Real(server);
            ApiParameters parameters = Target();
            parameters.Add("checksum", "00ff");
            parameters.Add("checksum-algorithm", "sha256");
            parameters.Add("content", "iso");
            byte[] file = [.. Enumerable.Range(0, 300_000).Select(static index => (byte)index)];
            using MemoryStream stream = new(file);
            ApiUpload upload = new(stream, "müll #1.iso");
            string? upid = sync
                ? connection.Connection.Upload(s_upload, parameters, upload, ApiReaders.String, Unchecked()).Data
                : (await connection.Connection.UploadAsync(s_upload, parameters, upload, ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken)).Data;
            Assert.StartsWith("UPID:", upid, StringComparison.Ordinal);

            StubRequest request = Assert.Single(server.Requests);
            string type = Header(request, "Content-Type");
            string boundary = type["multipart/form-data; boundary=".Length..];
            Assert.DoesNotContain('"', type);
            Assert.Equal(request.Body.Length.ToString(CultureInfo.InvariantCulture), Header(request, "Content-Length"));
            Assert.DoesNotContain(request.Headers, static header => header.Key.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) || header.Key.Equals("Expect", StringComparison.OrdinalIgnoreCase));
            string head = $"--{boundary}\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\niso\r\n"
                + $"--{boundary}\r\nContent-Disposition: form-data; name=\"checksum-algorithm\"\r\n\r\nsha256\r\n"
                + $"--{boundary}\r\nContent-Disposition: form-data; name=\"checksum\"\r\n\r\n00ff\r\n"
                + $"--{boundary}\r\nContent-Disposition: form-data; name=\"filename\"; filename=\"müll #1.iso\"\r\nContent-Type: application/octet-stream\r\n\r\n";
            Assert.Equal([.. Encoding.UTF8.GetBytes(head), .. file, .. Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n")], request.Body);
            Assert.Equal("/api2/json/nodes/pve1/storage/local/upload", request.Target);
        }
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.999)]
    [InlineData(1)]
    [Trait("Acceptance", "2")]
    public async Task Download_CompressedAndCutOff_IsNeverTakenForComplete(double part)
    {
        byte[] plain = [.. Enumerable.Range(0, 200_000).Select(static index => (byte)(index * index >> 7))];
        using MemoryStream compressed = new();
        using (System.IO.Compression.GZipStream gzip = new(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(plain);
        }

        byte[] head = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n");
        byte[] sent = compressed.ToArray()[..(int)(compressed.Length * part)];
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw([.. head, .. sent]) with { CloseAfter = true });
            using TestConnection connection = Real(server);
            ApiParameters parameters = new() { { "node", "pve1" }, { "upid", "UPID:pve1:00000001:00000002:6B03589A:x:y:root@pam:" } };
            await using ApiDownload download = sync
                ? connection.Connection.Download(s_log, parameters, Unchecked(), TestContext.Current.CancellationToken)
                : await connection.Connection.DownloadAsync(s_log, parameters, Unchecked(), TestContext.Current.CancellationToken);
            using MemoryStream received = new();
            Task copy = sync ? System.Threading.Tasks.Task.Run(() => download.Content.CopyTo(received), TestContext.Current.CancellationToken) : download.Content.CopyToAsync(received, TestContext.Current.CancellationToken);
            if (part < 1)
            {
                await Assert.ThrowsAsync<ProxmoxConnectionException>(() => copy);
                continue;
            }

            await copy;
            Assert.Equal(plain, received.ToArray());
        }
    }

    [Fact]
    [Trait("Acceptance", "9")]
    public async Task Upload_FileNameOfTheEndpoint_SatisfiesTheSchema()
    {
        using TestConnection connection = new(static _ => StubHandler.Json(Answer));
        ApiParameters parameters = Target();
        parameters.Add("content", "iso");
        await connection.Connection.UploadAsync(s_upload, parameters, new ApiUpload(new MemoryStream([1]), "a.iso"), ApiReaders.String, null, TestContext.Current.CancellationToken);
        Assert.Contains("filename=\"a.iso\"", connection.LastCall.BodyText, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"node\"", connection.LastCall.BodyText, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Acceptance", "9")]
    [InlineData("")]
    [InlineData("a\"b.iso")]
    [InlineData("a\r\nb.iso")]
    [InlineData("../a.iso")]
    public void Upload_FileNameThatBreaksTheForm_IsRefused(string name)
    {
        using TestConnection connection = new(static _ => StubHandler.Json(Answer));
        Assert.Throws<ArgumentException>(() => connection.Connection.Upload(s_upload, Target(), new ApiUpload(new MemoryStream([1]), name), ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken));
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    [Trait("Acceptance", "9")]
    public async Task Upload_OfALargeStream_StaysFlatAndReportsProgress()
    {
        const long Length = 64L * 1024 * 1024;
        foreach (bool sync in new[] { true, false })
        {
            FakeTimeProvider clock = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(20) };
            List<long> progress = [];
            using CountingHandler server = new();
            using TestConnection connection = new(static _ => StubHandler.Json(Answer), change: options => options with { Handler = _ => server, TimeProvider = clock });
            ApiUpload upload = new(new EndlessStream(), "big.iso") { Length = Length, Progress = new ListProgress(progress) };
            long before = GC.GetTotalAllocatedBytes(precise: true);
            if (sync)
            {
                connection.Connection.Upload(s_upload, Target(), upload, ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken);
            }
            else
            {
                await connection.Connection.UploadAsync(s_upload, Target(), upload, ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken);
            }

            Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, Length / 4);
            Assert.InRange(server.Received, Length, Length + 1000);
            Assert.Equal(Length, progress[^1]);
            Assert.Equal(progress.Order(), progress);
            Assert.InRange(progress.Count, 10, 100);
            Assert.InRange(server.LargestWrite, 1, 256 * 1024);
        }
    }

    [Fact]
    [Trait("Acceptance", "9")]
    public async Task Upload_StreamOfUnknownLength_NeedsTheLength()
    {
        using TestConnection connection = new(static _ => StubHandler.Json(Answer));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.Connection.UploadAsync(s_upload, Target(), new ApiUpload(new EndlessStream(), "x.iso"), ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken));
        Assert.Empty(connection.Stub.Calls);
    }

    [Fact]
    [Trait("Acceptance", "9")]
    public async Task Upload_StreamThatEndsEarly_NamesTheFile()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Json(Answer));
            using TestConnection connection = Real(server);
            ApiUpload upload = new(new MemoryStream(new byte[10]), "short.iso") { Length = 1000 };
            InvalidOperationException thrown = sync
                ? Assert.ThrowsAny<InvalidOperationException>(() => connection.Connection.Upload(s_upload, Target(), upload, ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken))
                : await Assert.ThrowsAnyAsync<InvalidOperationException>(() => connection.Connection.UploadAsync(s_upload, Target(), upload, ApiReaders.String, Unchecked(), TestContext.Current.CancellationToken));
            Assert.Contains("'short.iso' ended after 10 of 1000 bytes", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Upload_ToTheBackupServer_IsRawWithParametersInTheQuery()
    {
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""), ProxmoxProduct.BackupServer);
        ApiOperation operation = new(ApiMethod.Post, "/admin/datastore/{store}/upload-backup-log");
        ApiParameters parameters = new() { { "store", "golden" }, { "backup-type", "host" }, { "backup-id", "a" }, { "backup-time", 1700000000 } };
        await connection.Connection.UploadAsync(operation, parameters, new ApiUpload(new MemoryStream([1, 2, 3]), "client.log.blob"), ApiReaders.Nothing, null, TestContext.Current.CancellationToken);
        Assert.Equal("/api2/json/admin/datastore/golden/upload-backup-log?backup-type=host&backup-id=a&backup-time=1700000000", connection.LastCall.Target);
        Assert.Equal([1, 2, 3], connection.LastCall.Body);
        Assert.Equal("application/octet-stream", connection.LastCall.Headers["Content-Type"]);
        Assert.Equal("3", connection.LastCall.Headers["Content-Length"]);
    }

    [Fact]
    public async Task Download_WithAndWithoutLength_StreamsTheBytes()
    {
        byte[] file = [.. Enumerable.Range(0, 100_000).Select(static index => (byte)(index * 7))];
        byte[] known = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {file.Length}\r\n\r\n"), .. file];
        byte[] unknown = [.. "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n"u8, .. file];
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw(known), StubReply.Raw(unknown) with { CloseAfter = true });
            using TestConnection connection = Real(server);
            Assert.Equal(file, await DownloadAsync(connection, sync, file.Length));
            Assert.Equal(file, await DownloadAsync(connection, sync, null));
        }
    }

    [Fact]
    [Trait("Acceptance", "2")]
    public async Task Download_CutOff_IsAConnectionException()
    {
        foreach (bool sync in new[] { true, false })
        {
            await using StubServer server = StubServer.Start(StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc") with { CloseAfter = true });
            using TestConnection connection = Real(server);
            await Assert.ThrowsAsync<ProxmoxConnectionException>(() => DownloadAsync(connection, sync, 1000));
        }
    }

    [Fact]
    public async Task Download_Refused_IsTheSameErrorAsForCalls()
    {
        foreach (bool sync in new[] { true, false })
        {
            using TestConnection connection = new(static _ => StubHandler.Json("""{"message":"Permission check failed (/, Sys.Audit)\n","data":null}""", 403, "x"));
            ProxmoxPermissionException thrown = await Assert.ThrowsAsync<ProxmoxPermissionException>(() => DownloadAsync(connection, sync, null));
            Assert.Equal("Sys.Audit", thrown.Privilege);
        }
    }

    [Fact]
    public async Task Download_WithATimeLimit_EndsInTheMiddleOfTheBody()
    {
        foreach (bool sync in new[] { true, false })
        {
            FakeTimeProvider clock = new();
            await using StubServer server = StubServer.Start(StubReply.Raw("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"));
            using TestConnection connection = Real(server, clock);
            ApiCallOptions options = new() { Timeout = TimeSpan.FromSeconds(9) };
            await using ApiDownload download = await connection.Connection.DownloadAsync(s_log, Task(), options, TestContext.Current.CancellationToken);
            byte[] buffer = new byte[100];
            await download.Content.ReadExactlyAsync(buffer.AsMemory(0, 3), TestContext.Current.CancellationToken);
            Task<int> next = System.Threading.Tasks.Task.Run(async () => sync ? download.Content.Read(buffer) : await download.Content.ReadAsync(buffer), TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(9));
            ProxmoxConnectionException thrown = await Assert.ThrowsAsync<ProxmoxConnectionException>(() => next);
            Assert.IsType<TimeoutException>(thrown.InnerException);
        }
    }

    private static ApiCallOptions Unchecked() => new() { ValidateParameters = false };

    private static ApiParameters Target() => new() { { "node", "pve1" }, { "storage", "local" } };

    private static ApiParameters Task() => new() { { "node", "pve1" }, { "upid", "UPID:pve1:000037F8:00048BD9:6B03590D:imgcopy::root@pam:" }, { "download", true } };

    private static string Header(StubRequest request, string name) => request.Headers.Single(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static async Task<byte[]> DownloadAsync(TestConnection connection, bool sync, long? length)
    {
        using MemoryStream copy = new();
        if (sync)
        {
            using ApiDownload download = connection.Connection.Download(s_log, Task());
            Assert.Equal(length, download.Length);
            download.Content.CopyTo(copy);
        }
        else
        {
            await using ApiDownload download = await connection.Connection.DownloadAsync(s_log, Task(), cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(length, download.Length);
            Assert.Equal("text/plain", download.ContentType ?? "text/plain");
            await download.Content.CopyToAsync(copy, TestContext.Current.CancellationToken);
        }

        return copy.ToArray();
    }

    private static TestConnection Real(StubServer server, TimeProvider? clock = null) => new(
        static _ => throw new InvalidOperationException("The stub handler is not in use."),
        change: options => options with
        {
            Endpoints = [ProxmoxEndpoint.Parse(server.Address.Authority, ProxmoxProduct.VirtualEnvironment)],
            Handler = null,
            Trust = ServerTrust.Pin(server.Fingerprint),
            TimeProvider = clock ?? TimeProvider.System,
        });

    private sealed class ListProgress(List<long> list) : IProgress<long>
    {
        public void Report(long value) => list.Add(value);
    }
}
