using ProxSharp.AccessControl;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Pve.Guests;
using ProxSharp.Pve.Recovery;
using ProxSharp.Pve;
using ProxSharp.Simulator.Faults;

namespace ProxSharp.Guide.Tests;

public sealed class ErrorsGuide(GuideCluster cluster) : IClassFixture<GuideCluster>
{
    [Fact]
    public async Task Failure_OfACall_HasATypeAndSaysWhatToDo()
    {
        PveClient pve = cluster.Pve;
        Vm vm = pve.Vms[100];

        #region catch
        try
        {
            await vm.Config.UpdateAsync(config => config with { Cores = 4 });
            await vm.Snapshots.CreateAsync("nightly").WaitForCompletionAsync();
        }
        catch (ProxmoxValidationException wrong)                       // never sent: the parameters do not fit the schema
        {
            foreach ((string name, string problem) in wrong.ParameterErrors)
            {
                Console.WriteLine($"{name}: {problem}");
            }
        }
        catch (ProxmoxPermissionException denied)                      // 403: names the privilege and the path
        {
            Console.WriteLine($"{denied.Privilege} is missing on {denied.PrivilegePath}");
        }
        catch (ProxmoxTaskFailedException failed)                      // the call was right, its task failed
        {
            Console.WriteLine(failed.ExitStatus);
        }
        catch (ProxmoxException other) when (other.IsTransient)        // it may help to try again
        {
            Console.WriteLine(other.Message);
        }
        #endregion

        #region not-found
        try
        {
            await pve.FindVmAsync("nobody");
        }
        catch (ProxmoxNotFoundException missing)
        {
            Console.WriteLine(missing.Message);
        }
        #endregion

        await Assert.ThrowsAsync<ProxmoxNotFoundException>(() => pve.FindVmAsync("nobody"));
        Assert.Equal(4, (await vm.Config.GetAsync()).Cores);
    }

    [Fact]
    public async Task Conflict_OfTwoWriters_IsNoticed()
    {
        PveClient pve = cluster.Pve;
        Vm vm = pve.Vms[101];

        #region digest
        VmConfig read = await vm.Config.GetAsync();
        await vm.Config.UpdateAsync(config => config with { Description = "Somebody else was faster" });
        try
        {
            await vm.Config.DeleteKeysAsync(["description"], read.Digest);
        }
        catch (ProxmoxConflictException conflict)
        {
            Console.WriteLine(conflict.Message);
        }
        #endregion

        Assert.Equal("Somebody else was faster", (await vm.Config.GetAsync()).Description?.Trim());
    }

    [Fact]
    public async Task LostAnswer_OfAWrite_IsFoundOut()
    {
        PveClient pve = cluster.Pve;
        cluster.Simulator.Faults.When(static request => request.Path.EndsWith("/status/start", StringComparison.Ordinal), Fault.DropAfterExecution);

        #region recover
        PveTask? task;
        Vm vm = pve.Vms[105];
        try
        {
            task = await vm.StartAsync();
        }
        catch (ProxmoxOutcomeUnknownException lost)
        {
            RecoveryResult found = await pve.RecoverAsync(lost);
            Console.WriteLine($"{found.Outcome}: {found.Evidence}");
            task = found.Outcome == RecoveredOutcome.DidNotHappen ? await vm.StartAsync() : found.Task;
        }
        #endregion

        Assert.NotNull(task);
        await task.WaitForCompletionAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Permissions_BeforeACall_AreKnown()
    {
        PveClient pve = cluster.Pve;

        #region can
        PermissionVerdict clone = await pve.Access.CanAsync(ApiMethod.Post, "/nodes/pve1/qemu/9000/clone", new ApiParameters { { "newid", 123 } });
        PermissionVerdict users = await pve.Access.CanAsync("/access", ["User.Modify"]);
        if (!users.IsAllowed)
        {
            Console.WriteLine(users.Explanation);
        }
        #endregion

        Assert.True(clone.IsAllowed);
    }

    [Fact]
    public async Task Retries_AreConfigured()
    {
        #region retry
        ProxmoxClientOptions options = cluster.Pve.Options with
        {
            Retry = new ProxmoxRetryOptions { MaxAttempts = 5, Delay = TimeSpan.FromMilliseconds(100), Busy = true },
        };
        await using PveClient patient = new(options);
        #endregion

        cluster.Simulator.Faults.Next(Fault.DropBeforeExecution);
        Assert.NotEmpty(await patient.Nodes.ListAsync());
    }
}
