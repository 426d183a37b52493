using System.Text.Json;
using System.Text.Json.Nodes;
using ProxSharp.Testing;

namespace ProxSharp.Recordings.Tests;

/// <summary>Every recorded answer is read into the right result or the right exception, and our request for it means the same as the recorded one.</summary>
public sealed class ReplayTests
{
    public static TheoryData<string, bool> Exchanges()
    {
        TheoryData<string, bool> data = [];
        foreach (string file in Recording.Files("pve/samples").Concat(Recording.Files("pbs/samples")))
        {
            if (!Exceptions.NotReplayed.ContainsKey(file) && Recording.Load(file) is { IsExchange: true } recording)
            {
                data.Add(file, false);
                data.Add(file, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task RecordedAnswer_Replayed_IsReadInFull(string file, bool sync)
    {
        Recording recording = Recording.Load(file);
        await using Replay replay = Replay.Of(recording);
        (JsonElement? data, ProxmoxException? error) = await OutcomeAsync(replay, sync);

        if (recording.Status < 400)
        {
            Assert.Null(error);
            AssertSameJson(recording, data);
        }
        else
        {
            Expectation.Assert(recording, error);
        }

        if (replay.Server.Requests is [StubRequest request, ..] && !Exceptions.RequestDiffers.ContainsKey(file))
        {
            AssertEquivalent(recording, request);
        }
    }

    [Fact]
    public void Exceptions_NameExistingRecordings()
    {
        IEnumerable<string> all = Recording.Files("pve/samples").Concat(Recording.Files("pbs/samples"));
        Assert.Empty(Exceptions.NotReplayed.Keys.Concat(Exceptions.RequestDiffers.Keys).Except(all));
    }

    private static async Task<(JsonElement? Data, ProxmoxException? Error)> OutcomeAsync(Replay replay, bool sync)
    {
        try
        {
            return (await replay.CallAsync(sync), null);
        }
        catch (ProxmoxException exception)
        {
            return (null, exception is ProxmoxOutcomeUnknownException { InnerException: ProxmoxException answer } ? answer : exception);
        }
    }

    private static void AssertSameJson(Recording recording, JsonElement? data)
    {
        byte[] body = Unzip(recording);
        JsonNode? expected = recording.IsStream ? JsonValue.Create(WireForm.Text(body)) : JsonNode.Parse(body)?["data"];
        JsonNode? actual = data is { ValueKind: not JsonValueKind.Undefined } value ? JsonNode.Parse(value.GetRawText()) : null;
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected?.ToJsonString()}\nactual   {actual?.ToJsonString()}");
    }

    private static byte[] Unzip(Recording recording)
    {
        if (!recording.ResponseHeaders.Any(static header => header.Key.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase) && header.Value == "gzip"))
        {
            return recording.Body;
        }

        using System.IO.Compression.GZipStream gzip = new(new MemoryStream(recording.Body), System.IO.Compression.CompressionMode.Decompress);
        using MemoryStream plain = new();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }

    private static void AssertEquivalent(Recording recording, StubRequest request)
    {
        Assert.Equal(recording.Verb, request.Method);
        Assert.Equal(WireForm.Path(recording.Target), WireForm.Path(request.Target));
        Assert.Equal(Authentication(recording.RequestHeader), Authentication(request.Header));
        Assert.Null(request.Header("Transfer-Encoding"));
        Assert.Null(request.Header("Expect"));
        if (recording.IsUpload)
        {
            Assert.Equal(WireForm.Parts(recording.RequestBody, recording.RequestHeader("Content-Type")!), WireForm.Parts(request.BodyText, request.Header("Content-Type")!));
            return;
        }

        string[] expected = recording.Product == ProxmoxProduct.BackupServer
            ? [.. PbsParameters(recording).Order(StringComparer.Ordinal)]
            : WireForm.Of(recording.Target, recording.RequestBody, recording.RequestHeader("Content-Type"));
        Assert.Equal(expected, WireForm.Of(request.Target, request.BodyText, request.Header("Content-Type")));
    }

    private static IEnumerable<string> PbsParameters(Recording recording) =>
        recording.RequestBody.Length > 0 || recording.Target.Contains('?', StringComparison.Ordinal)
            ? WireForm.Of(recording.Target, recording.RequestBody, recording.RequestHeader("Content-Type"))
            : WireForm.Of("?" + string.Join('&', Loose(recording)), "", null);

    private static IEnumerable<string> Loose(Recording recording) => recording.Parameters.ValueKind != JsonValueKind.Object
        ? []
        : recording.Parameters.EnumerateObject().SelectMany(static member => WireForm.Values(member.Value).Select(value => $"{Uri.EscapeDataString(member.Name)}={Uri.EscapeDataString(value)}"));

    /// <summary>The credentials of a request, without the ways of writing them that mean the same: a ticket may travel in either header.</summary>
    private static string? Authentication(Func<string, string?> header)
    {
        string? text = header("Cookie") ?? header("Authorization");
        return text is null ? null : Uri.UnescapeDataString(text).Replace("Token ", "Token=", StringComparison.Ordinal);
    }
}
