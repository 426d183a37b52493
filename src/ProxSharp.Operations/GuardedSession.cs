using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations;

/// <summary>
/// A conversation with a backup server that the policy lets through without a plan. It stands in the ledger: its intent when it begins, its outcome when it
/// is disposed. Dispose it in the flow of execution in which it was opened.
/// </summary>
public sealed class GuardedSession : IDisposable
{
    private const int LongestMessage = 400;

    private readonly Ledger _ledger;
    private readonly string _id;
    private readonly string _call;
    private readonly IDisposable _opening;
    private readonly IDisposable _mark;
    private string _message = "It was broken off.";
    private bool _succeeded;
    private bool _isEnded;

    internal GuardedSession(Ledger ledger, string id, string call, IDisposable opening, IDisposable mark) =>
        (_ledger, _id, _call, _opening, _mark) = (ledger, id, call, opening, mark);

    /// <summary>Notes that it has succeeded; what is disposed without has failed.</summary>
    /// <param name="message">What came of it, for the ledger.</param>
    public void Complete(string message) => (_succeeded, _message) = (true, message);

    /// <summary>Notes how it failed.</summary>
    /// <param name="message">What is known of it, for the ledger.</param>
    public void Fail(string message) => (_succeeded, _message) = (false, message);

    /// <summary>Ends it, and writes the outcome to the ledger.</summary>
    /// <exception cref="GuardRefusedException">The ledger cannot be written.</exception>
    public void Dispose()
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _opening.Dispose();
        using IDisposable mark = _mark;
        _ledger.Append("outcome", _id, json =>
        {
            json.WriteString("call", _call);
            json.WriteBoolean("succeeded", _succeeded);
            json.WriteNull("upid");
            json.WriteString("message", UntrustedText.Clean(_message, LongestMessage));
        });
    }
}
