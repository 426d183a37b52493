using System.Globalization;
using System.Text;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Tasks;

/// <summary>All tasks of a simulated server. Guarded by the state's gate.</summary>
internal sealed class TaskStore(ProxmoxProduct product, TimeProvider time, TimeSpan duration)
{
    private readonly List<SimulatedTask> _tasks = [];
    private readonly DateTimeOffset _booted = time.GetUtcNow();
    private int _nextPid = 0x3000;
    private int _nextTaskId;

    /// <summary>All tasks, oldest first.</summary>
    public IReadOnlyList<SimulatedTask> All => _tasks;

    public SimulatedTask Start(TaskRequest request)
    {
        DateTimeOffset now = time.GetUtcNow();
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
        return task;
    }

    /// <summary>Finishes every task whose time has come, in the order in which they end.</summary>
    public void Settle()
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_tasks.Where(task => task.IsRunning && task.DueAt <= now).MinBy(static task => task.DueAt) is { } due)
        {
            Finish(due, due.DueAt);
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
            task.End(time.GetUtcNow(), product == ProxmoxProduct.VirtualEnvironment ? "received interrupt" : "task aborted");
        }
    }

    public SimulatedTask? Find(string upid) => _tasks.Find(task => task.Upid == upid);

    private static void Finish(SimulatedTask task, DateTimeOffset at)
    {
        try
        {
            task.Work?.Invoke(task);
            task.End(at, task.Warnings == 0 ? "OK" : string.Create(CultureInfo.InvariantCulture, $"WARNINGS: {task.Warnings}"));
        }
        catch (ApiFault fault)
        {
            task.End(at, fault.Message.Split('\n')[0]);
        }
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
