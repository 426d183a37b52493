using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator;

namespace ProxSharp.Conformance.Tests.Pbs;

/// <summary>Replays the recordings of a backup server in order against one simulator, whose clock follows the recorded one.</summary>
internal sealed partial class PbsSession : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 13, 0, TimeSpan.Zero));
    private readonly Dictionary<string, (string Ticket, string Csrf)> _logins = new(StringComparer.Ordinal);
    private readonly Substitutions _substitutions = new();
    private readonly List<string> _problems = [];
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "proxsharp-conformance-" + Guid.NewGuid().ToString("N"));
    private string? _challenge;
    private string? _recovery;
    private PbsSimulator _simulator = null!;

    public static async Task<IReadOnlyList<Outcome>> ReplayAsync(IReadOnlyList<PbsSample> samples, CancellationToken token)
    {
        await using PbsSession session = new();
        await session.StartAsync(token);
        List<Outcome> outcomes = [];
        foreach (PbsSample sample in samples)
        {
            outcomes.Add(await session.ReplayAsync(sample, token));
        }

        return outcomes;
    }

    public async ValueTask DisposeAsync()
    {
        await (_simulator?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(CancellationToken token)
    {
        string store = Directory.CreateDirectory(Path.Combine(_folder, "golden")).FullName;
        RecordedBackupServer.MakeDatastore(store);
        _simulator = await PbsSimulator.StartAsync(
            new PbsSimulatorOptions
            {
                TimeProvider = _time,
                Delays = false,
                Version = new Version(3, 2, 4),
                TaskDuration = TimeSpan.FromMilliseconds(900),
                Scenario = server => RecordedBackupServer.Build(server, store),
            },
            token);
        foreach ((string name, string user, string password) in RecordedBackupServer.Logins)
        {
            await LogInAsync(name, user, password, token);
        }
    }

    private async Task<Outcome> ReplayAsync(PbsSample sample, CancellationToken token)
    {
        _problems.Clear();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(s_patience);
        try
        {
            foreach (string line in PbsPreparations.Before(sample.Name))
            {
                await RunAsync(line, patience.Token);
            }

            DateTimeOffset next = _time.GetUtcNow().AddMilliseconds(100);
            _time.SetUtcNow(sample.AnsweredAt > next ? sample.AnsweredAt : next);
            Answer live = await ExchangeAsync(sample.Method, Live(sample.Target), [.. sample.Headers.Select(header => KeyValuePair.Create(header.Key, Live(header.Value)))], Live(sample.Body), patience.Token);
            PbsComparer comparer = new(sample);
            comparer.Compare(sample.Answer, live);
            _problems.AddRange(comparer.Differences);
            if (Json(sample.Answer) is { } was && Json(live) is { } now)
            {
                _substitutions.Learn(was, now);
                _recovery = now["data"] is JsonObject data && data["recovery"] is JsonArray codes ? codes[0]!.GetValue<string>() : _recovery;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException && !token.IsCancellationRequested)
        {
            _problems.Add($"no answer: {exception.Message}");
        }

        return new Outcome(sample.Name, [.. _problems]);
    }

    /// <summary>Puts live credentials, task ids and codes where the recorded ones stand.</summary>
    private string Live(string? text)
    {
        if (text is null)
        {
            return "";
        }

        text = TicketPattern().Replace(text, found => Uri.EscapeDataString(TicketOf(Uri.UnescapeDataString(found.Value)) ?? Uri.UnescapeDataString(found.Value)));
        text = ChallengePattern().Replace(text, _ => "tfa-challenge=" + Uri.EscapeDataString(_challenge ?? ""));
        text = text.Replace("totp%3A673191", "totp%3A" + Code(), StringComparison.Ordinal).Replace("recovery%3A8cc0-3801-5a40-1876", "recovery%3A" + _recovery, StringComparison.Ordinal);

        // The recorder replaced the folder of the datastores in answers only.
        text = text.Replace("%2Ftmp%2Fceo", "%2Fsrv", StringComparison.Ordinal);
        text = text.Replace("port=8007", FormattableString.Invariant($"port={_simulator.Endpoint.Port}"), StringComparison.Ordinal);
        return _substitutions.Apply(text);
    }

    private string Code()
    {
        byte[] counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, _time.GetUtcNow().ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // Authenticators use SHA-1.
        byte[] hash = HMACSHA1.HashData(RecordedBackupServer.TotpSecret, counter);
#pragma warning restore CA5350
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 0xF)) & int.MaxValue) % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    private string? TicketOf(string recorded)
    {
        if (recorded.StartsWith("PBS:!tfa!", StringComparison.Ordinal))
        {
            return _challenge;
        }

        // A ticket that was made up stays what it is.
        string user = recorded.Split(':')[1];
        string name = user.Split('@')[0];
        return recorded.Contains("::abcd", StringComparison.Ordinal) ? null : _logins.TryGetValue(name, out (string Ticket, string Csrf) login) ? login.Ticket : null;
    }

    private static JsonNode? Json(Answer answer)
    {
        try
        {
            return answer.Body is [(byte)'{', ..] ? JsonNode.Parse(answer.Body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task RunAsync(string line, CancellationToken token)
    {
        string[] words = line.Split(' ', 4);
        switch (words[0])
        {
            case "wait":
                _time.Advance(TimeSpan.FromSeconds(int.Parse(words[1], CultureInfo.InvariantCulture)));
                break;
            case "login":
                await LogInAsync(words[1], words[2], words[3], token);
                break;
            case "factor":
                await RunAsync($"{words[1]} POST /access/tfa/{words[2]} type=totp&description=test+totp&password={words[3]}&totp={Uri.EscapeDataString("otpauth://totp/pbs?secret=" + RecordedBackupServer.TotpText)}&value={Code()}", token);
                break;
            case "challenge":
                _challenge = (await LogInAsync("challenge", "tfa@pbs", "tfa-secret", token)).Ticket;
                break;
            default:
                Answer answer = await CallAsync(words[0], words[1], words[2], words.Length > 3 ? words[3] : "", token);
                if (answer.Status != 200)
                {
                    _problems.Add($"preparation failed: {line}: {answer.StatusLine} {answer.Text}");
                }

                break;
        }
    }

    private Task<Answer> CallAsync(string caller, string verb, string path, string form, CancellationToken token)
    {
        List<KeyValuePair<string, string>> headers = [new("Content-Type", "application/x-www-form-urlencoded")];
        if (caller == "tok")
        {
            headers.Add(new("Authorization", "PBSAPIToken=golden@pbs!tok:" + RecordedBackupServer.TokenSecret));
        }
        else if (_logins.TryGetValue(caller, out (string Ticket, string Csrf) login))
        {
            headers.Add(new("Cookie", "PBSAuthCookie=" + Uri.EscapeDataString(login.Ticket)));
            headers.Add(new("CSRFPreventionToken", login.Csrf));
        }

        return ExchangeAsync(verb, "/api2/json" + path, headers, form, token);
    }

    private async Task<(string Ticket, string Csrf)> LogInAsync(string name, string user, string password, CancellationToken token)
    {
        Answer answer = await CallAsync("-", "POST", "/access/ticket", $"username={Uri.EscapeDataString(user)}&password={Uri.EscapeDataString(password)}", token);
        JsonNode data = Json(answer)?["data"] ?? throw new InvalidOperationException($"The login of {user} failed: {answer.Text}");
        return _logins[name] = (data["ticket"]!.GetValue<string>(), data["CSRFPreventionToken"]!.GetValue<string>());
    }

    private async Task<Answer> ExchangeAsync(string verb, string target, List<KeyValuePair<string, string>> headers, string body, CancellationToken token)
    {
        await using Wire wire = await Wire.OpenAsync(_simulator.Endpoint, tls: true, token);
        int csrf = headers.FindIndex(static header => header.Key == "CSRFPreventionToken");
        if (csrf >= 0 && headers.Find(static header => header.Key == "Cookie").Value is { } cookie && _logins.Values.FirstOrDefault(login => cookie.Contains(Uri.EscapeDataString(login.Ticket), StringComparison.Ordinal)) is { Csrf: { } live })
        {
            headers[csrf] = new("CSRFPreventionToken", headers[csrf].Value.Contains("bad", StringComparison.Ordinal) ? headers[csrf].Value : live);
        }

        StringBuilder head = new($"{verb} {target} HTTP/1.1\r\n");
        foreach ((string name, string value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n");
        await wire.WriteAsync(Encoding.UTF8.GetBytes(head + body), token);
        Answer answer = await wire.ReadAsync(token, untilEndOfChunks: true) ?? throw new IOException($"{verb} {target} was not answered.");
        return answer.Header("transfer-encoding") == "chunked" ? answer with { Body = Unchunk(answer.Body) } : answer;
    }

    private static byte[] Unchunk(byte[] body)
    {
        using MemoryStream whole = new();
        int at = 0;
        while (body.AsSpan(at).IndexOf("\r\n"u8) is var end and > 0)
        {
            int length = int.Parse(Encoding.ASCII.GetString(body, at, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            whole.Write(body, at + end + 2, length);
            at += end + 2 + length + 2;
            if (length == 0)
            {
                break;
            }
        }

        return whole.ToArray();
    }

    [GeneratedRegex("PBS(:|%3A)(!tfa!|%21tfa%21)?[^;&:% ]+(@|%40)[a-z]+(:|%3A)[0-9A-F]{8}(::|%3A%3A)[A-Za-z0-9+/%=]+")]
    private static partial Regex TicketPattern();

    [GeneratedRegex("tfa-challenge=[^&]+")]
    private static partial Regex ChallengePattern();
}
