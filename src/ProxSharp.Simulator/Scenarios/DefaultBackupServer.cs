namespace ProxSharp.Simulator.Scenarios;

/// <summary>The backup server a simulator shows if no scenario is given: two datastores with snapshots, two users, a token.</summary>
public static class DefaultBackupServer
{
    /// <summary>The password of <c>root@pam</c>.</summary>
    public const string RootPassword = "simulator-root";

    /// <summary>A user who administers datastores.</summary>
    public const string DemoUser = "demo@pbs";

    /// <summary>The password of <see cref="DemoUser"/>.</summary>
    public const string DemoPassword = "demo-password";

    /// <summary>The full id of the API token.</summary>
    public const string TokenId = "demo@pbs!ci";

    /// <summary>The secret of the API token.</summary>
    public const string TokenSecret = "11111111-2222-3333-4444-555555555555";

    /// <summary>The time of the first snapshots.</summary>
    public static readonly DateTimeOffset FirstBackup = new(2026, 1, 1, 2, 0, 0, TimeSpan.Zero);

    /// <summary>Builds it.</summary>
    public static void Build(BackupServerBuilder server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server
            .AddDatastore("store1", comment: "Main datastore", namespaces: ["customers", "customers/acme"])
            .AddDatastore("offsite", capacity: 8L << 40)
            .AddUser("root@pam", RootPassword)
            .AddUser(DemoUser, DemoPassword, "Demonstration user")
            .Grant("/", DemoUser, "Admin")
            .AddToken(DemoUser, "ci", TokenSecret)
            .Grant("/", TokenId, "Admin");
        for (int day = 0; day < 5; day++)
        {
            DateTimeOffset time = FirstBackup.AddDays(day);
            server
                .AddSnapshot("store1", "vm", "100", time, owner: DemoUser)
                .AddSnapshot("store1", "ct", "200", time.AddMinutes(10), size: 1L << 30, owner: DemoUser)
                .AddSnapshot("store1", "host", "laptop", time.AddHours(1), owner: TokenId);
        }

        server
            .AddSnapshot("store1", "vm", "7", FirstBackup, owner: DemoUser, ns: "customers/acme")
            .AddSnapshot("offsite", "vm", "100", FirstBackup, owner: DemoUser);
    }
}
