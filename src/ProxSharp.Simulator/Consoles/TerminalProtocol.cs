using System.Globalization;
using System.Text;
using ProxSharp.Simulator.Http;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Consoles;

/// <summary>
/// The terminal proxy's protocol: a line with user and ticket, <c>OK</c>, then messages <c>0:LENGTH:BYTES</c> (input), <c>1:COLUMNS:ROWS:</c>
/// (resize) and <c>2</c> (keep-alive). Messages may be split anywhere; what the terminal shows comes back unframed.
/// </summary>
internal sealed class TerminalProtocol(ServerState state, SimulatedConsole console, Func<TerminalShell?> connect, Action<SimulatedConsole> close) : IStreamProtocol
{
    private const int LongestLogin = 4096;

    private readonly List<byte> _pending = [];
    private TerminalShell? _shell;
    private bool _failed;
    private int _offset;

    public bool IsOver => _failed || _shell?.IsOver == true;

    public byte[] Open(Action breaker)
    {
        console.Breaker = breaker;

        // The proxy says nothing before it has seen the ticket.
        return [];
    }

    public byte[] Receive(ReadOnlySpan<byte> bytes)
    {
        lock (state.Gate)
        {
            _pending.AddRange(bytes);
            List<byte> answer = [];
            if (_shell is null && !Login(answer))
            {
                return [.. answer];
            }

            while (!IsOver && TryTakeMessage(answer))
            {
            }

            return [.. answer];
        }
    }

    public void Close()
    {
        lock (state.Gate)
        {
            close(console);
        }
    }

    private bool Login(List<byte> answer)
    {
        int end = _pending.IndexOf((byte)'\n');
        if (end < 0)
        {
            _failed = _pending.Count > LongestLogin;
            return false;
        }

        string line = Encoding.UTF8.GetString([.. _pending[..end]]);
        _pending.RemoveRange(0, end + 1);
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || line[..colon] != console.User || !state.Consoles.Tickets.Verify(line[(colon + 1)..], console.User, console.Path, console.Port))
        {
            (_failed, console.Failure) = (true, "client connection: authentication failure");
            return false;
        }

        answer.AddRange("OK"u8);
        _shell = connect();
        if (_shell is null)
        {
            answer.AddRange(Encoding.UTF8.GetBytes(console.Failure + "\r\n"));
            _failed = true;
            return false;
        }

        answer.AddRange(_shell.Greet());
        return true;
    }

    private bool TryTakeMessage(List<byte> answer)
    {
        if (_pending.Count == 0)
        {
            return false;
        }

        switch (_pending[0])
        {
            case (byte)'0':
                return TryTakeInput(answer);
            case (byte)'1':
                return TryTakeResize();
            case (byte)'2':
                console.KeepAlives++;
                _pending.RemoveAt(0);
                return true;
            default:
                _failed = true;
                return false;
        }
    }

    private bool TryTakeInput(List<byte> answer)
    {
        if (Numbers(2) is not [_, int length] || _pending.Count < _offset + length)
        {
            return false;
        }

        answer.AddRange(_shell!.Type([.. _pending.GetRange(_offset, length)]));
        _pending.RemoveRange(0, _offset + length);
        return true;
    }

    private bool TryTakeResize()
    {
        if (Numbers(3) is not [_, int columns, int rows])
        {
            return false;
        }

        (console.Columns, console.Rows) = (columns, rows);
        _pending.RemoveRange(0, _offset);
        return true;
    }

    /// <summary>Reads numbers that each end with a colon; null if they are not all there yet. Sets the offset behind the last colon.</summary>
    private int[]? Numbers(int count)
    {
        int[] numbers = new int[count];
        _offset = 0;
        for (int i = 0; i < count; i++)
        {
            int colon = _pending.IndexOf((byte)':', _offset);
            if (colon < 0)
            {
                return null;
            }

            string text = Encoding.ASCII.GetString([.. _pending.GetRange(_offset, colon - _offset)]);
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                _failed = true;
                return null;
            }

            _offset = colon + 1;
        }

        return numbers;
    }
}
