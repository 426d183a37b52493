using System.Net;
using System.Text;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Authentication;
using ProxSharp.Core.Tests.Http;
using ProxSharp.Recording;
using ProxSharp.Testing;

namespace ProxSharp.Core.Tests.Recording;

/// <summary>What is written down of exchanges, and what is not.</summary>
public sealed class ExchangeRecorderTests
{
    private const string Secret = "11111111-2222-3333-4444-555555555555";
    private const string Signature = "qZ4Ar7sM98JUS1ua14HBpkf/i8mrieCb+ulPPZj9Stp7P==";
    private const string Csrf = "7my2RBq2RNGv4KUBRlbdOFHXU2Abm128Ev0TppK9viZw";

    private static readonly ApiOperation s_version = new(ApiMethod.Get, "/version");
    private static readonly ApiCallOptions s_unchecked = new() { ValidateParameters = false };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_Call_HasTheFormOfTheRecordings(bool sync)
    {
        using TemporaryFolder folder = new();
        using ExchangeRecorder recorder = ExchangeRecorder.ToFolder(folder.File("made"));
        using TestConnection connection = new(
            static _ => StubHandler.Json("""{"data":{"version":"9.2.11"}}""", 200, "OK"),
            change: options => options with { Recorder = recorder, Credentials = ProxmoxCredentials.ApiToken("root@pam!ci", Secret) });

        ApiResponse<JsonElement> answer = await connection.SendAsync(sync, s_version);

        Assert.Equal("9.2.11", answer.Data.GetProperty("version").GetString());
        Assert.Equal(1, recorder.Count);
        Assert.Null(recorder.Failure);
        using JsonDocument recording = JsonDocument.Parse(await File.ReadAllTextAsync(
            folder.File(Path.Combine("made", "001-get-version.json")), TestContext.Current.CancellationToken));
        JsonElement request = recording.RootElement.GetProperty("request");
        JsonElement response = recording.RootElement.GetProperty("response");
        Assert.Equal("GET /version", recording.RootElement.GetProperty("description").GetString());
        Assert.Equal("/api2/json/version", request.GetProperty("target").GetString());
        Assert.Equal("PVEAPIToken=root@pam!ci=***", request.GetProperty("headers").GetProperty("Authorization").GetString());
        Assert.Equal("", request.GetProperty("body").GetString());
        Assert.Equal(200, response.GetProperty("status").GetInt32());
        Assert.Equal("HTTP/1.1 200 OK", response.GetProperty("statusLine").GetString());
        Assert.Equal("""{"data":{"version":"9.2.11"}}""", response.GetProperty("bodyText").GetString());
        Assert.Equal("9.2.11", recording.RootElement.GetProperty("json").GetProperty("data").GetProperty("version").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Acceptance", "19")]
    public async Task Record_Login_HoldsNeitherPasswordNorTicketNorToken(bool sync)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("login.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        string login = $$$"""{"data":{"username":"root@pam","ticket":"PVE:root@pam:6B03589B::{{{Signature}}}","CSRFPreventionToken":"6B03589B:{{{Csrf}}}"}}""";
        using TestConnection connection = new(
            call => StubHandler.Json(call.Target.EndsWith("/ticket", StringComparison.Ordinal) ? login : """{"data":null}"""),
            change: options => options with { Recorder = recorder, Credentials = ProxmoxCredentials.Password("root@pam", "Proxmox-Root&1") });

        await connection.SendAsync(
            sync, new ApiOperation(ApiMethod.Put, "/access/password"), new() { { "userid", "a@pve" }, { "password", "other secret+" } }, s_unchecked);

        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(2, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        foreach (string secret in (string[])["Proxmox-Root", "other secret", "other+secret", "other%20secret", Signature, Uri.EscapeDataString(Signature), Csrf])
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }

        // Whose ticket it is and how old is no secret, and who replays the recording needs it.
        Assert.Contains("PVE:root@pam:6B03589B::***", text, StringComparison.Ordinal);
        Assert.Contains("userid=a%40pve", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"full-tokenid":"a@pve!b","value":"SECRET-11"}""", "GET")]
    [InlineData("""{"ticket":"PVEVNC:6B03589B::SECRET-11","port":"5900","password":"SECRET-12"}""", "GET")]
    [InlineData("""{"host":"pvespiceproxy:SECRET-11","proxy":"http://pve1:3128","password":"SECRET-12"}""", "GET")]
    [InlineData("""{"plugin":"dns1","type":"dns","api":"cf","data":"SECRET-11"}""", "GET")]
    [InlineData("""{"recovery":["SECRET-11","SECRET-12"]}""", "GET")]
    [InlineData("""{"cipassword":"SECRET-11","hookscript":"x","env":"PASSWORD=SECRET-12"}""", "GET")]
    [InlineData("\"password: SECRET-11\\nuser: x\"", "GET")]
    [InlineData("""[{"name":"hook","url":"https://user:SECRET-11@example.org/hooks/SECRET-12-long","header":[{"name":"X","value":"SECRET-13"}]}]""", "GET")]
    [InlineData("""{"key":"SECRET-11-long-key","keyring":"SECRET-12"}""", "GET")]
    [Trait("Acceptance", "19")]
    public async Task Record_Answer_MasksWhatIsSecret(string data, string verb)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("answer.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using TestConnection connection = new(_ => StubHandler.Json($$"""{"data":{{data}}}"""), change: options => options with { Recorder = recorder });

        await connection.SendAsync(sync: false, s_version);

        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.Contains("***", text, StringComparison.Ordinal);
        Assert.Contains($"\"method\":\"{verb}\"", text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Acceptance", "19")]
    public async Task Record_SecretThatComesBackElsewhere_IsMaskedThereToo()
    {
        using TemporaryFolder folder = new();
        string file = folder.File("echo.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using TestConnection connection = new(
            static _ => StubHandler.Json("""{"data":"the server repeats hunter2-hunter2 in a log line"}"""), change: options => options with { Recorder = recorder });

        await connection.SendAsync(
            sync: false, new ApiOperation(ApiMethod.Post, "/nodes/{node}/execute"), new() { { "node", "pve1" }, { "cipassword", "hunter2-hunter2" } }, s_unchecked);

        Assert.DoesNotContain("hunter2", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/pve1/status", "command", "reboot", true)]
    [InlineData("/nodes/pve1/status", "command", "SECRET-reboot", false)]
    [InlineData("/nodes/pve1/qemu/100/agent/exec", "command", "reboot", false)]
    [InlineData("/nodes/pve1/qemu/100/monitor", "command", "shutdown", false)]
    [InlineData("/nodes/pve1/status", "value", "reboot", false)]
    public async Task Record_PowerOfANode_IsShown_AndOtherCommandsAreNot(string path, string name, string value, bool isShown)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("power.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using ListLogger log = new();
        using TestConnection connection = new(
            static _ => StubHandler.Json("""{"data":null}"""), change: options => options with { Recorder = recorder, LoggerFactory = log });

        await connection.SendAsync(sync: false, new ApiOperation(ApiMethod.Post, path), new() { { name, value } }, s_unchecked);

        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains($"\"{name}\":\"{(isShown ? value : "***")}\"", text, StringComparison.Ordinal);
        Assert.Contains(log.Lines, line => line.TrimEnd().EndsWith($"{name}={(isShown ? value : "***")}", StringComparison.Ordinal));
    }

    // Whoever replays a recording must not be answered where another state was asked for.
    [Theory]
    [InlineData("state", "started", true)]
    [InlineData("content", "iso,vztmpl", true)]
    [InlineData("state", "SECRET-11", false)]
    [InlineData("content", "iso,SECRET-11", false)]
    public async Task Record_WordUnderADoubtfulName_IsKeptWhereItIsOneOfTheApi(string name, string value, bool isKept)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("words.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":null}"""), change: options => options with { Recorder = recorder });

        await connection.SendAsync(sync: false, new ApiOperation(ApiMethod.Put, "/cluster/ha/resources/x"), new() { { name, value } }, s_unchecked);

        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(isKept, text.Contains($"\"{name}\":\"{value}\"", StringComparison.Ordinal));
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"key":"memory","value":2048},{"key":"name","value":"web-1"}]""")]
    [InlineData("""{"content":"images,rootdir","data":"x","state":"running","command":"start"}""")]
    public async Task Record_HarmlessAnswer_IsKept(string data)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("plain.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using TestConnection connection = new(_ => StubHandler.Json($$"""{"data":{{data}}}"""), change: options => options with { Recorder = recorder });

        await connection.SendAsync(sync: true, s_version);

        using JsonDocument line = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(data, line.RootElement.GetProperty("json").GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Record_CompressedAnswer_IsWrittenPlainAndArrivesWhole(bool sync)
    {
        using TemporaryFolder folder = new();
        string file = folder.File("gzip.jsonl");
        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);
        using TestConnection connection = new(static _ => Packed("""{"data":{"version":"9.2"}}"""), change: options => options with { Recorder = recorder });

        ApiResponse<JsonElement> answer = await connection.SendAsync(sync, s_version);

        Assert.Equal("9.2", answer.Data.GetProperty("version").GetString());
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("""{\"data\":{\"version\":\"9.2\"}}""", text, StringComparison.Ordinal);
        Assert.DoesNotContain("gzip\"]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_ClosedRecorder_FailsNoCall()
    {
        using TemporaryFolder folder = new();
        ExchangeRecorder recorder = ExchangeRecorder.ToFile(folder.File("closed.jsonl"));
        recorder.Dispose();
        using TestConnection connection = new(static _ => StubHandler.Json("""{"data":1}"""), change: options => options with { Recorder = recorder });

        Assert.Equal(1, (await connection.SendAsync(sync: false, s_version)).Data.GetInt32());
        Assert.NotNull(recorder.Failure);
    }

    [Fact]
    public void ToFile_MadeAnew_IsForItsOwnerOnly()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Files have no mode there.");
            return;
        }

        using TemporaryFolder folder = new();
        string file = folder.File("mode.jsonl");

        using ExchangeRecorder recorder = ExchangeRecorder.ToFile(file);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    private static HttpResponseMessage Packed(string json)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(json));
        }

        HttpResponseMessage response = new(HttpStatusCode.OK) { Content = new ByteArrayContent(packed.ToArray()) };
        response.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json;charset=UTF-8");
        response.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        return response;
    }
}
