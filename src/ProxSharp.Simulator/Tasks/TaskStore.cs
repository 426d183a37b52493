using System.Globalization;
using System.Text;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Tasks;

/// <summary>All tasks of a simulated server. Guarded by the state's gate.</summary>
internal sealed class TaskStore(ProxmoxProduct product, TimeProvider time, TimeSpan duration)
{
    private readonly List<SimulatedTask> _tasks = [];
    private readonly List<SimulatedTask> _running = [];
    private readonly Dictionary<string, SimulatedTask> _byUpid = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _booted = time.GetUtcNow();
    private int _nextPid = 0x3000;
    private int _nextTaskId;

    /// <summary>How long a task of effort 1 takes.</summary>
    public TimeSpan UsualDuration => duration;

    /// <summary>All tasks, oldest first.</summary>
    public IReadOnlyList<SimulatedTask> All => _tasks;

    /// <summary>Chooses tasks that shall fail; returns the text they end with, or null.</summary>
    public Func<TaskRequest, string?>? Saboteur { get; set; }

    /// <summary>Told of every task that starts or ends.</summary>
    public Action<SimulatedTask>? Observer { get; set; }

    /// <summary>When the next running task is due; null if none is.</summary>
    public DateTimeOffset? NextDue => _running.Count == 0 ? null : _running.Min(static task => task.DueAt);

    public SimulatedTask Start(TaskRequest request)
    {
        if (Saboteur?.Invoke(request) is { } failure)
        {
            Action? undo = request.OnAbort;
            request = request with
            {
                Work = _ =>
                {
                    undo?.Invoke();
                    throw ApiFault.Failed(failure);
                },
            };
        }

        DateTimeOffset now = request.StartsAt ?? time.GetUtcNow();
        int pid = _nextPid += 7;
        long pstart = 0x40000 + (long)((now - _booted).TotalMilliseconds / 10);
        SimulatedTask task = new()
        {
            Upid = MakeUpid(request, pid, pstart, now),
            Node = request.Node,
            Pid = pid,
            PStart = pstart,
            Type = request.Type,
            Id = request.Id,
            Owner = request.Owner,
            Started = now,
            Duration = request.Duration ?? duration * request.Effort,
            Lines = request.Lines,
            Work = request.Work,
            OnAbort = request.OnAbort,
        };
        _tasks.Add(task);
        _running.Add(task);
        _byUpid[task.Upid] = task;
        Observer?.Invoke(task);
        return task;
    }

    /// <summary>Finishes every task whose time has come, in the order in which they end.</summary>
    public void Settle() => Settle(time.GetUtcNow());

    /// <summary>Finishes every task that is due up to a moment, in the order in which they end.</summary>
    public void Settle(DateTimeOffset until)
    {
        while (_running.Count > 0 && _running.MinBy(static task => task.DueAt) is { } due && due.DueAt <= until)
        {
            Finish(due, due.DueAt);
        }
    }

    /// <summary>Ends all running tasks of a node without asking them, as a crash does.</summary>
    public void Crash(string node)
    {
        foreach (SimulatedTask task in _running.Where(task => task.Node == node).ToArray())
        {
            task.OnAbort?.Invoke();
            End(task, time.GetUtcNow(), "unexpected status");
        }
    }

    /// <summary>Finishes a task at once, whatever its duration.</summary>
    public void FinishNow(SimulatedTask task)
    {
        if (task.IsRunning)
        {
            Finish(task, time.GetUtcNow());
        }
    }

    public void Abort(SimulatedTask task)
    {
        if (task.IsRunning)
        {
            task.OnAbort?.Invoke();
            End(task, time.GetUtcNow(), product == ProxmoxProduct.VirtualEnvironment ? "received interrupt" : "task aborted");
        }
    }

    public SimulatedTask? Find(string upid) => _byUpid.GetValueOrDefault(upid);

    private void Finish(SimulatedTask task, DateTimeOffset at)
    {
        try
        {
            task.Work?.Invoke(task);
            End(task, at, task.Warnings == 0 ? "OK" : string.Create(CultureInfo.InvariantCulture, $"WARNINGS: {task.Warnings}"));
        }
        catch (ApiFault fault)
        {
            End(task, at, fault.Message.Split('\n')[0]);
        }
        catch (Exception exception)
        {
            // A defect of the simulator fails the one task, which tells where it is; the server goes on.
            foreach (string line in exception.ToString().Split('\n'))
            {
                task.Write(line.TrimEnd());
            }

            End(task, at, exception.Message.Split('\n')[0].TrimEnd());
        }
    }

    private void End(SimulatedTask task, DateTimeOffset at, string exitStatus)
    {
        task.End(at, exitStatus);
        _running.Remove(task);
        Observer?.Invoke(task);
    }

    private string MakeUpid(TaskRequest request, int pid, long pstart, DateTimeOffset now)
    {
        string stamp = now.ToUnixTimeSeconds().ToString("X8", CultureInfo.InvariantCulture);
        return product == ProxmoxProduct.VirtualEnvironment
            ? string.Create(CultureInfo.InvariantCulture, $"UPID:{request.Node}:{pid:X8}:{pstart:X8}:{stamp}:{request.Type}:{request.Id}:{request.Owner}:")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"UPID:{request.Node}:{pid:X8}:{pstart:X8}:{++_nextTaskId:X8}:{stamp}:{request.Type}:{Escape(request.Id)}:{request.Owner}:");
    }

    /// <summary>Writes a worker id the way the backup server does: everything but letters, digits, dots and underscores as <c>\xNN</c>, slashes as dashes.</summary>
    private static string Escape(string id)
    {
        StringBuilder escaped = new(id.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(id))
        {
            char letter = (char)value;
            if (letter == '/')
            {
                escaped.Append('-');
            }
            else if (char.IsAsciiLetterOrDigit(letter) || letter == '_' || (letter == '.' && escaped.Length > 0))
            {
                escaped.Append(letter);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
            }
        }

        return escaped.ToString();
    }
}
