using System.Buffers;
using System.Text;

namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>
/// One request and its answer. What arrives is passed on under a lock, so that nothing is written to the caller's output once the caller has given up.
/// </summary>
internal sealed class Http2Stream
{
    private const int LongestError = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly IBufferWriter<byte>? _output;
    private readonly TaskCompletionSource<ChannelAnswer> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ArrayBufferWriter<byte>? _error;
    private readonly long _longest;
    private long _received;
    private int _status;

    /// <param name="output">Takes the body; null drops it.</param>
    /// <param name="longest">How many bytes it has at most.</param>
    public Http2Stream(IBufferWriter<byte>? output, long longest) => (_output, _longest) = (output, longest);

    /// <summary>How many bytes of the body have come.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>The number of the stream; 0 before it is open.</summary>
    public int Id { get; set; }

    /// <summary>How many bytes the server takes yet; guarded by <see cref="SendWindow"/>.</summary>
    public long Window { get; set; }

    /// <summary>True once the server sends nothing more on the stream.</summary>
    public bool IsOver { get; private set; }

    /// <summary>True once the server gave the stream up.</summary>
    public bool IsReset { get; private set; }

    /// <summary>Ends with the answer.</summary>
    public Task<ChannelAnswer> Completion => _completion.Task;

    /// <summary>Takes a block of headers.</summary>
    /// <param name="status">The status; null for what comes behind the data.</param>
    public void OnHeaders(int? status)
    {
        lock (_gate)
        {
            // 1xx announce the real answer.
            _status = status is >= 200 ? status.Value : _status;
        }
    }

    /// <summary>Takes a part of the body.</summary>
    public void OnData(ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            if (_completion.Task.IsCompleted)
            {
                return;
            }

            Volatile.Write(ref _received, _received + data.Length);
            bool isSuccess = _status is >= 200 and < 300;
            if (_received > _longest)
            {
                EndTooLong(isSuccess);
            }
            else if (isSuccess)
            {
                Pass(data);
            }
            else
            {
                _error ??= new ArrayBufferWriter<byte>(1024);
                _error.Write(data[..Math.Min(data.Length, LongestError - _error.WrittenCount)]);
            }
        }
    }

    /// <summary>Takes the end.</summary>
    /// <returns>False if there was no status.</returns>
    public bool OnEnd()
    {
        lock (_gate)
        {
            IsOver = true;
            return _status != 0 && (_completion.TrySetResult(Answer()) || true);
        }
    }

    /// <summary>Takes that the server gave the stream up. It may say so of what it has answered, when it wants no more of the body.</summary>
    public void OnReset(uint code)
    {
        bool isUntouched;
        lock (_gate)
        {
            IsReset = true;
            isUntouched = _status == 0;
        }

        Fail(new StreamResetException(code, isUntouched));
    }

    /// <summary>Ends without an answer.</summary>
    /// <returns>False if the answer has come.</returns>
    public bool Fail(Exception failure)
    {
        lock (_gate)
        {
            bool failed = _completion.TrySetException(failure);
            _ = _completion.Task.Exception; // The caller may have given up before.
            return failed;
        }
    }

    private ChannelAnswer Answer() => new(_status, _error is null ? "" : Encoding.UTF8.GetString(_error.WrittenSpan).Trim());

    // The rest is not waited for: there may be no end of it. Of an error enough is known.
    private void EndTooLong(bool isSuccess)
    {
        if (!isSuccess && _status != 0)
        {
            _completion.TrySetResult(Answer());
            return;
        }

        string message = FormattableString.Invariant($"The server answers more than the {_longest} bytes that are possible here.");
        _completion.TrySetException(new ProxmoxProtocolException(message) { Offset = _longest });
    }

    // An output that refuses ends its own request, not the connection.
    private void Pass(ReadOnlySpan<byte> data)
    {
        try
        {
            _output?.Write(data);
        }
        catch (Exception exception)
        {
            _completion.TrySetException(exception); // Whoever waits for the answer gets it.
        }
    }
}
