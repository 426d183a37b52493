namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>What the server's settings and windows allow to be sent now. Safe for concurrent use.</summary>
internal sealed class SendWindow
{
    private const int DefaultWindow = 65_535;
    private const int DefaultFrame = 16_384;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Http2Stream> _streams = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _failure;
    private string? _farewell;
    private int _lastOpened;
    private bool _isReady;
    private long _connection = DefaultWindow;
    private int _initial = DefaultWindow;
    private int _maxFrame = DefaultFrame;
    private int _maxStreams = int.MaxValue;
    private int _slots;

    /// <summary>Waits for the server's settings and for a free stream, and takes it.</summary>
    public async Task EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                ThrowIfClosed();
                if (_isReady && _slots < _maxStreams)
                {
                    _slots++;
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Gives a taken stream back.</summary>
    public void Leave(Http2Stream stream)
    {
        lock (_gate)
        {
            _slots--;
            _streams.Remove(stream.Id);
            Signal();
        }
    }

    /// <summary>Registers a stream under its number.</summary>
    public void Open(Http2Stream stream, int id)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            stream.Id = id;
            stream.Window = _initial;
            _streams.Add(id, stream);
            _lastOpened = id;
        }
    }

    /// <summary>Finds a stream; null if it was given up.</summary>
    /// <exception cref="Http2Exception">There never was such a stream.</exception>
    public Http2Stream? Find(int id)
    {
        lock (_gate)
        {
            if (id > _lastOpened || id % 2 == 0)
            {
                throw new Http2Exception(ErrorCode.Protocol, FormattableString.Invariant($"nobody opened stream {id}"));
            }

            return _streams.GetValueOrDefault(id);
        }
    }

    /// <summary>Waits until bytes may be sent on a stream.</summary>
    /// <returns>False if the answer has come and nothing more is wanted.</returns>
    public async Task<bool> WaitAsync(Http2Stream stream, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (stream.Completion.IsCompleted)
                {
                    return false;
                }

                ThrowIfFailed();
                if (Math.Min(_connection, stream.Window) > 0)
                {
                    return true;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes bytes that may be sent on a stream now.</summary>
    /// <returns>How many bytes, at most what one frame holds; 0 if there are none or the answer has come.</returns>
    public int Take(Http2Stream stream, int wanted)
    {
        lock (_gate)
        {
            int count = (int)Math.Min(Math.Min(wanted, _maxFrame), Math.Min(_connection, stream.Window));
            if (count <= 0 || stream.Completion.IsCompleted)
            {
                return 0;
            }

            _connection -= count;
            stream.Window -= count;
            return count;
        }
    }

    /// <summary>Takes the server's settings.</summary>
    /// <exception cref="Http2Exception">A window becomes larger than allowed.</exception>
    public void Apply(PeerSettings settings)
    {
        lock (_gate)
        {
            if (settings.InitialWindow is { } window)
            {
                foreach (Http2Stream stream in _streams.Values)
                {
                    stream.Window = Checked(stream.Window + window - _initial);
                }

                _initial = window;
            }

            _maxFrame = settings.MaxFrame ?? _maxFrame;
            _maxStreams = settings.MaxStreams ?? _maxStreams;
            _isReady = true;
            Signal();
        }
    }

    /// <summary>Takes more room.</summary>
    /// <param name="id">The stream; 0 for the connection.</param>
    /// <param name="count">How many bytes more.</param>
    /// <exception cref="Http2Exception">The window becomes larger than allowed.</exception>
    public void Grow(int id, int count)
    {
        lock (_gate)
        {
            if (id == 0)
            {
                _connection = Checked(_connection + count);
            }
            else if (_streams.TryGetValue(id, out Http2Stream? stream))
            {
                stream.Window = Checked(stream.Window + count);
            }

            Signal();
        }
    }

    /// <summary>Wakes whoever waits, since an answer has come.</summary>
    public void Pulse()
    {
        lock (_gate)
        {
            Signal();
        }
    }

    /// <summary>Opens no more streams.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="last">The last stream that the server answers.</param>
    /// <returns>The streams that it does not.</returns>
    public IReadOnlyList<Http2Stream> Close(string reason, int last)
    {
        lock (_gate)
        {
            _farewell ??= reason;
            Signal();
            return [.. _streams.Values.Where(stream => stream.Id > last)];
        }
    }

    /// <summary>Ends everything.</summary>
    /// <returns>The streams that have no answer yet.</returns>
    public IReadOnlyList<Http2Stream> Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            Signal();
            return [.. _streams.Values];
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private static long Checked(long window)
        => window <= int.MaxValue ? window : throw new Http2Exception(ErrorCode.FlowControl, "a window grows larger than allowed");

    private void ThrowIfClosed()
    {
        ThrowIfFailed();
        if (_farewell is { } farewell)
        {
            throw new GoingAwayException(farewell);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
