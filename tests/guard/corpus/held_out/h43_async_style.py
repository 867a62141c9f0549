# Operations: backup:ListBackupVaults, backup:ListRecoveryPointsByBackupVault
import asyncio
import boto3

backup = boto3.client("backup")


async def vault_points(name):
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, lambda: backup.list_recovery_points_by_backup_vault(BackupVaultName=name))


async def main():
    vaults = await asyncio.to_thread(backup.list_backup_vaults)
    names = [v["BackupVaultName"] for v in vaults["BackupVaultList"]]
    return await asyncio.gather(*(vault_points(n) for n in names))


print(asyncio.run(main()))
