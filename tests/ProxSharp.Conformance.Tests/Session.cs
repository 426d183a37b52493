using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ProxSharp.Simulator;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Conformance.Tests;

/// <summary>Replays recordings in the order in which they were made against one simulator, whose clock follows the recorded one.</summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 21, 3, 0, TimeSpan.Zero));
    private readonly Dictionary<string, (string Ticket, string Csrf)> _logins = new(StringComparer.Ordinal);
    private readonly Substitutions _substitutions = new();
    private readonly RecordedCredentials _credentials;
    private readonly List<string> _problems = [];
    private string _challenge = "";
    private Sample? _sample;
    private PveSimulator _simulator = null!;

    private Session(IEnumerable<Sample> samples) => _credentials = new RecordedCredentials(samples);

    /// <summary>Replays all samples.</summary>
    public static async Task<IReadOnlyList<Outcome>> ReplayAsync(IReadOnlyList<Sample> samples, CancellationToken token)
    {
        await using Session session = new(samples);
        session._simulator = await PveSimulator.StartAsync(
            new PveSimulatorOptions { TimeProvider = session._time, Scenario = RecordedServer.Build, Delays = false, TaskDuration = TimeSpan.FromMilliseconds(200) }, token);
        foreach ((string name, (string user, string password)) in RecordedServer.Logins)
        {
            await session.LogInAsync(name, user, password, token);
        }

        List<Outcome> outcomes = [];
        foreach (Sample sample in samples)
        {
            outcomes.Add(await session.ReplayAsync(sample, token));
        }

        return outcomes;
    }

    public ValueTask DisposeAsync() => _simulator?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<Outcome> ReplayAsync(Sample sample, CancellationToken token)
    {
        _problems.Clear();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(token);
        patience.CancelAfter(s_patience);
        try
        {
            _sample = sample;
            foreach (string line in Preparations.Before(sample.Name))
            {
                await RunAsync(Step.Parse(line), line, patience.Token);
            }

            Pass(sample.AnsweredAt);
            _credentials.Fill(_substitutions, name => _logins.TryGetValue(name, out (string, string) login) ? login : null);
            IReadOnlyList<Answer> recorded = sample.Answers;
            IReadOnlyList<Answer> live = await ExchangeAsync(sample, recorded.Count, patience.Token);
            AnswerComparer comparer = new(sample.Name);
            comparer.Compare(recorded, live);
            _problems.AddRange(comparer.Differences);
            Learn(recorded, live);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException && !token.IsCancellationRequested)
        {
            _problems.Add($"no answer: {exception.Message}");
        }

        return new Outcome(sample.Name, [.. _problems]);
    }

    /// <summary>Moves the clock on to the moment of the recording, and a little at least.</summary>
    private void Pass(DateTimeOffset? recorded)
    {
        DateTimeOffset next = _time.GetUtcNow().AddMilliseconds(300);
        _time.SetUtcNow(recorded > next ? recorded.Value : next);
    }

    private async Task<IReadOnlyList<Answer>> ExchangeAsync(Sample sample, int expected, CancellationToken token)
    {
        await using Wire wire = await Wire.OpenAsync(_simulator.Endpoint, !sample.IsPlainText, token);
        if (!sample.IsRaw)
        {
            await wire.WriteAsync(RequestWriter.Bytes(sample, Replace), token);
        }
        else
        {
            await wire.WriteAsync(Encoding.UTF8.GetBytes(Replace(RequestWriter.Whole(sample))), token);
            if (sample.SecondWrite is { } rest)
            {
                await wire.WriteAsync(Encoding.UTF8.GetBytes(rest), token);
            }
        }

        List<Answer> answers = [];
        for (int i = 0; i < Math.Max(1, expected); i++)
        {
            Task<Answer?> reading = wire.ReadAsync(token);
            while (expected == 0 && !reading.IsCompleted)
            {
                // The server says nothing and closes when its patience ends, five seconds after it has read the head.
                await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(20), token));
                _time.Advance(TimeSpan.FromSeconds(1));
            }

            if (await reading is not { } answer)
            {
                break;
            }

            answers.Add(answer);
        }

        return answers;
    }

    private string Replace(string text) =>
        Preparations.Codes(_substitutions.Apply(text), _time.GetUtcNow()).Replace("{challenge}", Uri.EscapeDataString(_challenge), StringComparison.Ordinal);

    private void Learn(IReadOnlyList<Answer> recorded, IReadOnlyList<Answer> live)
    {
        if (recorded is [{ } expected] && live is [{ } actual] && Json(expected) is { } was && Json(actual) is { } now)
        {
            _substitutions.Learn(was, now);
            _challenge = now["data"] is JsonObject data && data["NeedTFA"] is not null ? data["ticket"]!.GetValue<string>() : _challenge;
        }
    }

    private static JsonNode? Json(Answer answer)
    {
        try
        {
            return answer.Body is [(byte)'{', ..] ? JsonNode.Parse(answer.PlainBody) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task RunAsync(Step step, string line, CancellationToken token)
    {
        switch (step.Verb)
        {
            case "wait":
                _time.Advance(TimeSpan.FromSeconds(double.Parse(step.Caller, CultureInfo.InvariantCulture)));
                return;
            case "login":
                await LogInAsync(step.Caller, step.Path, step.Form, token);
                return;
            case "fault":
                _simulator.Faults.Next(Fault.Status(int.Parse(step.Caller, CultureInfo.InvariantCulture), $"{step.Path} {step.Form}"));
                return;
            default:
                await CallAsync(step, line, token);
                return;
        }
    }

    private async Task CallAsync(Step step, string line, CancellationToken token)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        string path = await BackupAsync(Replace(step.Path), token);
        Answer answer = await SendAsync(step.Caller, step.Verb, path, Replace(step.Form), token);
        if (answer.Status != 200)
        {
            _problems.Add($"preparation failed: {line}: {answer.StatusLine} {answer.Text}");
        }
        else if (step.Recorded is { } recorded)
        {
            JsonNode? data = Json(answer)?["data"];
            int equals = recorded.IndexOf('=', StringComparison.Ordinal);
            if (data is JsonObject members && equals > 0)
            {
                _substitutions.Add(Recorded(recorded[(equals + 1)..]), members[recorded[..equals]]?.GetValue<string>() ?? "");
            }
            else
            {
                _substitutions.Add(recorded, data?.GetValue<string>() ?? "");
            }
        }
    }

    /// <summary>The recorded text that a step names; one behind a question mark is a parameter in the sample's own target.</summary>
    private string Recorded(string text)
    {
        if (!text.StartsWith('?'))
        {
            return text;
        }

        string target = _sample!.IsRaw ? _sample.RawRequest.Split(' ')[1] : _sample.Target;
        string pair = target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').First(part => part.StartsWith(text[1..] + "=", StringComparison.Ordinal));
        return Uri.UnescapeDataString(pair[text.Length..].Replace("+", "%20", StringComparison.Ordinal));
    }

    /// <summary>Puts the newest backup of a guest where <c>{backup:vmid}</c> stands.</summary>
    private async Task<string> BackupAsync(string path, CancellationToken token)
    {
        const string Mark = "{backup:";
        int at = path.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return path;
        }

        int end = path.IndexOf('}', at);
        Answer list = await SendAsync("root", "GET", $"/nodes/pve1/storage/local/content?content=backup&vmid={path[(at + Mark.Length)..end]}", "", token);
        string volume = Json(list)!["data"]!.AsArray()[^1]!["volid"]!.GetValue<string>();
        return path[..at] + Uri.EscapeDataString(volume) + path[(end + 1)..];
    }

    private async Task LogInAsync(string name, string user, string password, CancellationToken token)
    {
        Answer answer = await SendAsync("-", "POST", "/access/ticket", $"username={Uri.EscapeDataString(user)}&password={Uri.EscapeDataString(password)}", token);
        JsonNode? data = Json(answer)?["data"];
        if (data?["ticket"]?.GetValue<string>() is not { } ticket)
        {
            throw new InvalidOperationException($"The login of {user} failed: {answer.StatusLine}");
        }

        _logins[name] = (ticket, data["CSRFPreventionToken"]!.GetValue<string>());
    }

    private async Task<Answer> SendAsync(string caller, string verb, string path, string form, CancellationToken token)
    {
        await using Wire wire = await Wire.OpenAsync(_simulator.Endpoint, tls: true, token);
        string credentials = _logins.TryGetValue(caller, out (string Ticket, string Csrf) login)
            ? $"Cookie: PVEAuthCookie={Uri.EscapeDataString(login.Ticket)}\r\nCSRFPreventionToken: {login.Csrf}\r\n"
            : RecordedServer.TokenSecrets.TryGetValue(caller, out string? secret) ? $"Authorization: PVEAPIToken={caller}={secret}\r\n" : "";
        string kind = form.StartsWith('{') ? "application/json" : "application/x-www-form-urlencoded";
        string head = $"{verb} /api2/json{path} HTTP/1.1\r\n{credentials}Content-Type: {kind}\r\nContent-Length: {Encoding.UTF8.GetByteCount(form)}\r\n\r\n";
        await wire.WriteAsync(Encoding.UTF8.GetBytes(head + form), token);
        return await wire.ReadAsync(token) ?? throw new IOException($"{verb} {path} was not answered.");
    }
}
