using ProxSharp.Cli.Tests.Testing;
using ProxSharp.Testing;

namespace ProxSharp.Cli.Tests;

/// <summary>What the simulator does not show: files in both directions, odd servers, a newer server's own schema.</summary>
public sealed class ServerReplyTests
{
    private const string Upid = "UPID:pve1:00003007:00040000:66000000:imgcopy::root@pam:";

    private const string NewerSchema = """
        const apiSchema = [
          {"path":"/version","text":"version","leaf":1,"info":{"GET":{"method":"GET","name":"version","description":"Tells the version.",
            "parameters":{"additionalProperties":0,"properties":{}},"returns":{"type":"object"},"permissions":{"user":"all"}}}},
          {"path":"/shiny","text":"shiny","leaf":1,"info":{"GET":{"method":"GET","name":"shiny","description":"Something that came later.",
            "parameters":{"additionalProperties":0,"properties":{"new-flag":{"type":"boolean","optional":1,"description":"Switches it on."}}},
            "returns":{"type":"string"},"permissions":{"user":"all"}}}}
        ];
        let viewer = 1;
        """;

    [Fact]
    public async Task Create_Upload_SendsTheFileAndTheParameters()
    {
        await using StubServer server = StubServer.Start(StubReply.Json($"{{\"data\":\"{Upid}\"}}", 200, "OK", "Connection: close"));
        using CliHarness cli = await UserAsync(server, "pve");
        cli.Write("a b.iso", "content of the image");

        CliRun run = await cli.LineAsync("api create /nodes/pve1/storage/local/upload content=iso 'filename=@a b.iso'");

        Assert.Equal(Upid + "\n", run.Succeeded());
        string body = Assert.Single(server.Requests).BodyText;
        Assert.Contains("content of the image", body, StringComparison.Ordinal);
        Assert.Contains("filename=\"a b.iso\"", body, StringComparison.Ordinal);
        Assert.Contains("name=\"content\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api set /pools poolid=x comment=y", true)]
    [InlineData("api get /pools", false)]
    public async Task Answer_ThatCannotBeRead_MayBeThatOfAChangeThatWasMade(string line, bool mayBeDone)
    {
        await using StubServer server = StubServer.Start(static _ => StubReply.Http(200, "OK", "<html>hello</html>", "Content-Type: text/html"));
        using CliHarness cli = await UserAsync(server, "pve");

        CliRun run = await cli.LineAsync(line);

        run.FailedWithCode(1);
        Assert.Equal(mayBeDone, run.Errors.Contains("The server may have carried it out: look before you repeat it.", StringComparison.Ordinal));
        Assert.Contains("Check that the URL is that of a Proxmox API", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Download_WritesTheBytes()
    {
        StubReply file = StubReply.Http(200, "OK", "bytes \u00e4 of a file", "Content-Type: application/octet-stream");
        await using StubServer server = StubServer.Start(file, file);
        using CliHarness cli = await UserAsync(server, "pbs");
        const string Call = "api get /admin/datastore/store1/download backup-type=vm backup-id=100 backup-time=1767232800 file-name=index.json.blob";

        CliRun piped = await cli.LineAsync(Call);
        CliRun saved = await cli.LineAsync($"{Call} --output-file out.blob");

        Assert.Equal("bytes \u00e4 of a file", piped.Succeeded());
        Assert.Equal("", saved.Succeeded());
        Assert.Equal("bytes \u00e4 of a file", await File.ReadAllTextAsync(Path.Combine(cli.Home, "out.blob"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task List_NumbersOfGuestsAsText_AreNumbersAllTheSame()
    {
        StubReply rows = StubReply.Json(
            """
            {"data":[{"type":"qemu","vmid":"101","name":"late","node":"pve1","status":"stopped"},
                     {"type":"qemu","vmid":100,"name":"early","node":"pve1","status":"stopped"},
                     {"type":"qemu","vmid":null,"name":"none","node":"pve1","status":"stopped"}]}
            """);
        await using StubServer server = StubServer.Start(rows);
        using CliHarness cli = await UserAsync(server, "pve");

        Assert.Equal("early\nlate\n", (await cli.LineAsync("vm list --query [].name -o tsv --no-header")).Succeeded());
    }

    [Theory]
    [InlineData("null", 0)]
    [InlineData("\"hello\"", 1)]
    [InlineData("[null]", 1)]
    [InlineData("{}", 1)]
    public async Task List_OfAnotherForm_IsEmptyOrNamed(string data, int exitCode)
    {
        await using StubServer server = StubServer.Start(_ => StubReply.Json($"{{\"data\":{data}}}"));
        using CliHarness cli = await UserAsync(server, "pve");

        foreach (string line in new[] { "vm list", "storage list", "task list", "top" })
        {
            CliRun run = await cli.LineAsync($"{line} -o json");

            Assert.True(run.ExitCode == exitCode || line == "top", $"{line}: {run.ExitCode} {run.Errors}");
            Assert.DoesNotContain("Unexpected", run.Errors, StringComparison.Ordinal);
            Assert.Equal(exitCode == 1, run.Errors.Contains("was answered with something else than the list of objects", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Get_DownloadAtATerminal_AsksForAFile()
    {
        await using StubServer server = StubServer.Start();
        using CliHarness cli = await UserAsync(server, "pbs", terminalWidth: 80);

        CliRun run = await cli.LineAsync("api get /admin/datastore/store1/download backup-type=vm backup-id=100 backup-time=1767232800 file-name=index.json.blob");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--output-file", run.Errors, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Describe_FromServer_HasItsDescriptions()
    {
        await using StubServer server = StubServer.Start(Newer);
        using CliHarness cli = await UserAsync(server, "pve");

        string text = (await cli.LineAsync("api describe /shiny --from-server")).Succeeded();
        string list = (await cli.LineAsync("api ls --from-server -o csv")).Succeeded();

        Assert.Contains("Something that came later.", text, StringComparison.Ordinal);
        Assert.Contains("Switches it on.", text, StringComparison.Ordinal);
        Assert.Contains("/shiny", list, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(501)]
    public async Task Describe_FromServerWithoutASchema_SaysSo(int status)
    {
        await using StubServer server = StubServer.Start(request => request.Target.Contains("api2", StringComparison.Ordinal) ? Newer(request) : StubReply.Http(status, "no", ""));
        using CliHarness cli = await UserAsync(server, "pve");

        string line = (await cli.LineAsync("api describe /version --from-server")).FailedWith(1);

        Assert.Equal("error: This server publishes no schema. Leave out --from-server: the schema inside the tool is used then.", line);
    }

    [Fact]
    public async Task Get_PathOfANewerServer_IsAcceptedWithItsSchema()
    {
        await using StubServer server = StubServer.Start(Newer);
        using CliHarness cli = await UserAsync(server, "pve");

        (await cli.LineAsync("api get /shiny")).FailedWith(2);
        Assert.Equal("indeed\n", (await cli.LineAsync("api get /shiny new-flag=1 --from-server")).Succeeded());
        Assert.Equal("indeed\n", (await cli.LineAsync("api get /shiny --no-validate")).Succeeded());
        Assert.Contains("other", (await cli.LineAsync("api get /shiny other=1 --from-server")).FailedWith(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>hello</html>", 1)]
    [InlineData(502, "<html>Bad Gateway</html>", 1)]
    [InlineData(595, "", 1)]
    [InlineData(401, "", 4)]
    [InlineData(403, "{\"data\":null,\"message\":\"Permission check failed (/vms/100, VM.Audit)\\n\"}", 4)]
    public async Task Get_OddReply_IsOneLine(int status, string body, int exitCode)
    {
        StubReply reply = StubReply.Http(status, "Some reason", body, "Content-Type: text/html");
        await using StubServer server = StubServer.Start(_ => reply);
        using CliHarness cli = await UserAsync(server, "pve");

        (await cli.LineAsync("api get /version")).FailedWith(exitCode);
    }

    [Fact]
    public async Task Get_ScriptInNames_IsShownButNotObeyed()
    {
        await using StubServer server = StubServer.Start(StubReply.Json("{\"data\":[{\"vmid\":100,\"name\":\"\\u001b[2Jgone\\nrow\"}]}"));
        using CliHarness cli = await UserAsync(server, "pve", terminalWidth: 80);

        string table = (await cli.LineAsync("api get /nodes/pve1/qemu --no-color")).Succeeded();

        Assert.Contains("\\u001b[2Jgone\\nrow", table, StringComparison.Ordinal);
    }

    private static StubReply Newer(StubRequest request) => request.Target.Split('?')[0] switch
    {
        "/api2/json/version" => StubReply.Json("{\"data\":{\"version\":\"99.1\",\"release\":\"99\",\"repoid\":\"0123456789abcdef\"}}"),
        "/api2/json/shiny" => StubReply.Json("{\"data\":\"indeed\"}"),
        "/pve-docs/api-viewer/apidoc.js" => StubReply.Http(200, "OK", NewerSchema, "Content-Type: application/javascript"),
        _ => StubReply.Http(501, $"Method '{request.Method} {request.Target}' not implemented", ""),
    };

    internal static async Task<CliHarness> UserAsync(StubServer server, string product, int? terminalWidth = null)
    {
        CliHarness cli = new CliHarness { TerminalWidth = terminalWidth }.With("STUB_SECRET", "11111111-2222-3333-4444-555555555555");
        (await cli.RunAsync(
            "context", "add", "stub", server.Address.GetLeftPart(UriPartial.Authority), "--product", product,
            "--token-id", "root@pam!ci", "--secret", "env:STUB_SECRET", "--fingerprint", server.Fingerprint)).Succeeded();
        return cli;
    }
}
