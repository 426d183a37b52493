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
                ThrowIfFailed();
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
            ThrowIfFailed();
            stream.Id = id;
            stream.Window = _initial;
            _streams.Add(id, stream);
        }
    }

    /// <summary>Finds a stream.</summary>
    public Http2Stream? Find(int id)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(id);
        }
    }

    /// <summary>Waits until bytes may be sent on a stream, and takes them.</summary>
    /// <returns>How many bytes, at most what one frame holds; 0 if the answer has come and nothing more is wanted.</returns>
    public async Task<int> TakeAsync(Http2Stream stream, int wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                ThrowIfFailed();
                if (stream.Completion.IsCompleted)
                {
                    return 0;
                }

                int count = (int)Math.Min(Math.Min(wanted, _maxFrame), Math.Min(_connection, stream.Window));
                if (count > 0)
                {
                    _connection -= count;
                    stream.Window -= count;
                    return count;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the server's settings.</summary>
    public void Apply(int? initialWindow, int? maxFrame, int? maxStreams)
    {
        lock (_gate)
        {
            if (initialWindow is { } window)
            {
                foreach (Http2Stream stream in _streams.Values)
                {
                    stream.Window += window - _initial;
                }

                _initial = window;
            }

            _maxFrame = maxFrame ?? _maxFrame;
            _maxStreams = maxStreams ?? _maxStreams;
            _isReady = true;
            Signal();
        }
    }

    /// <summary>Takes more room.</summary>
    /// <param name="id">The stream; 0 for the connection.</param>
    /// <param name="count">How many bytes more.</param>
    public void Grow(int id, int count)
    {
        lock (_gate)
        {
            if (id == 0)
            {
                _connection += count;
            }
            else if (_streams.TryGetValue(id, out Http2Stream? stream))
            {
                stream.Window += count;
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

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new IOException(failure.Message, failure);
        }
    }
}
